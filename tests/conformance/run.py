#!/usr/bin/env python3
"""BGP conformance: the program against peers that send what the RFCs speak of, right and wrong, over real TCP.

  tests/conformance/run.py [--program FILE] [-k PATTERN] [-v]

Each case is a session with a peer of its own; all run at once, twice in one lifetime of the program. Cases: our own
(vectors_*.py), and those of ../shared/conformance/bgp beside the project where that exists. Root only. With a program
that was built with sanitizers, one that is to be named by --program, any report of theirs fails the run; memory is
measured with the release only.

Closes with `N passed, N failed`, in which each case counts as one, whatever passes it took, and so does each of the
checks on the run as a whole.
"""
import argparse
import asyncio
import importlib
import os
import pathlib
import re
import resource
import signal
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parents[1]
SHARED = TREE.parent / "shared/conformance/bgp"
sys.path[:0] = [str(HERE), str(TREE / "tests/lab")]

from cases import ACCEPT, DISCARD, WITHDRAW, Verdict, read_blocks  # noqa: E402
from tester import Desk, Surprise  # noqa: E402

OWN_CASES_LEAST = 300
MEMORY_GROWTH_KIB = 256
PASSES_MOST = 4
COMPLAINT_SECONDS = 10.5
QUIET_SECONDS = 1.0
START_SECONDS = STOP_SECONDS = 240.0

# The appliance reaches all testers over one gateway, so that it has one neighbour and not a thousand.
APPLIANCE, GATEWAY, TESTERS = "10.0.0.1", "10.0.0.2", "10.64.0.0/16"
APPLIANCE6, GATEWAY6 = "2001:db8::1/64", "2001:db8::2/64"


def own_cases():
    modules = [importlib.import_module(file.stem) for file in sorted(HERE.glob("vectors_*.py"))]
    return [case for module in modules for case in module.CASES]


def shared_cases():
    return [case for file in sorted(SHARED.glob("*.txt")) for case in read_blocks(file)]


def deviations():
    lines = (HERE / "deviations.txt").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def address_of(number):
    return f"10.64.{number // 250}.{number % 250 + 1}"


class Run:
    """The lab, the program in it, and what came of each case."""

    def __init__(self, lab, cases, sanitized):
        self.cases = {address_of(number): case for number, case in enumerate(cases)}
        self.sanitized = sanitized
        self.verdicts = {case.name: [] for case in cases}  # one a pass
        self.memory = []                                   # KiB, after each pass
        self.exit_status = None
        self.appliance, self.listener = self._build(lab)

    def _build(self, lab):
        from appliance import Appliance, document, peer, pool, service, switch
        appliance_host, testers = lab.namespace("appliance"), lab.namespace("testers")
        lab.connect(appliance_host, "eth1", testers, "eth0")
        # The IPv6 address serves as next hop from the first session on, with no duplicate of it to look for.
        for interface in ("all", "default"):
            appliance_host.sysctl(f"net.ipv6.conf.{interface}.accept_dad", 0)
        testers.address("eth0", f"{GATEWAY}/16", GATEWAY6)
        testers.route("local", TESTERS, "dev", "lo")
        listener = testers.inside(lambda: socket.create_server(("0.0.0.0", 179), backlog=4096))
        appliance = Appliance(lab, appliance_host, with_bus=False)
        peers = [peer(address, case.asns[1], case.asns[0]) for address, case in self.cases.items()]
        appliance.write_drop_in("50-conformance.xml", document(
            switch(address=f"{APPLIANCE}/16", gateway=GATEWAY, more_addresses=[APPLIANCE6]), pool("192.0.2.1-192.0.2.9"),
            pool("2001:db8:f::1-2001:db8:f::9", name="compute6"), service("default/web"),
            service("default/web6", pool_name="compute6"), *peers))
        return appliance, listener

    def execute(self):
        self.appliance.start(seconds=START_SECONDS)
        asyncio.run(self._passes())
        # A sanitizer looks for leaks at the end; so many goodbyes take their time.
        self.exit_status = self.appliance.process.stop(STOP_SECONDS)

    async def _passes(self):
        desk = Desk(self.listener, self.cases)
        await desk.open()
        await desk.everyone()
        for number in range(PASSES_MOST):
            if number >= 2 and (self.sanitized or self.growth() <= MEMORY_GROWTH_KIB):
                break
            if number > 0:
                # The appliance complains of a peer's UPDATEs in its log once in so long a time.
                await asyncio.sleep(COMPLAINT_SECONDS)
            said = len(self.appliance.log())
            ends = await desk.play_all()
            # All sessions have been begun anew and wait for an OPEN: the same condition each time.
            await desk.everyone()
            await self._quiet()
            self.memory.append(resident_memory(self.appliance.process.pid))
            taken = self._taken(self.appliance.log()[said:])
            for name, end in ends.items():
                self.verdicts[name].append(with_log(end, taken.get(name, ACCEPT)))
        desk.close()

    def growth(self):
        """KiB that the last pass took more than the one before. The heap of 1,800 sessions at once may need a third pass
        to find its shape; what leaks grows on."""
        return self.memory[-1] - self.memory[-2]

    async def _quiet(self):
        """Waits until the program has nothing to do any more."""
        ticks = None
        while ticks != (ticks := processor_ticks(self.appliance.process.pid)):
            await asyncio.sleep(QUIET_SECONDS)

    def _taken(self, log):
        """{name: how the log says that its worst UPDATE was taken}"""
        taken = {}
        pattern = re.compile(r"BGP peer \S*?([\d.]+): UPDATE (treated as withdrawal|accepted without an attribute)")
        for address, words in pattern.findall(log):
            name = self.cases[address].name
            if taken.get(name) != WITHDRAW:
                taken[name] = WITHDRAW if words.startswith("treated") else DISCARD
        return taken

    def fault(self, case):
        """What is wrong with the outcome of a case, in words; nothing where it is as it should be."""
        faults = []
        for number, verdict in enumerate(self.verdicts[case.name], 1):
            if isinstance(verdict, Surprise):
                faults.append(f"pass {number}: {verdict}")
            elif not case.allows(verdict):
                faults.append(f"pass {number}: {verdict}")
        return "; ".join(faults)


def with_log(end, taken):
    if isinstance(end, Verdict) and end.kind == "lives":
        return Verdict("lives", taken=taken)
    return end


def processor_ticks(pid):
    """Of 10 ms each, that the process has run."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident_memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmRSS:\s*(\d+)", status, re.MULTILINE).group(1))


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, condition, seen=""):
        self.passed += bool(condition)
        self.failed += not condition
        if not condition:
            print(f"FAILED {what}{': ' if seen else ''}{seen}")

    def case(self, case, fault, known):
        if known:
            self.check(f"{case.name}: is listed as a deviation and passes", fault)
            return
        wanted = "; ".join((case.expect, *case.alternatives))
        self.check(f"{case.name}", not fault, f"{fault}; wanted: {wanted}; {case.why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("-k", dest="pattern", default="")
    parser.add_argument("-v", dest="verbose", action="store_true", help="a line for each case")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if options.program:
        os.environ["PORTREEVE"] = str(options.program.resolve())
    import harness

    started = time.monotonic()
    own, shared = own_cases(), shared_cases()
    known = deviations()
    everything = [case for case in own + shared if re.search(options.pattern, case.name)]
    cases = [case for case in everything if not case.add_path]
    names = [case.name for case in own + shared]
    if not cases:
        print("0 passed, 0 failed")
        return 0
    report = Report()
    report.check("each case has a name of its own", len(set(names)) == len(names),
                 sorted({name for name in names if names.count(name) > 1}))
    report.check(f"there are {OWN_CASES_LEAST} cases of our own", len(own) >= OWN_CASES_LEAST, len(own))
    report.check("each deviation is a case", known <= set(names), sorted(known - set(names)))

    # A socket for each case, at both ends.
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    sanitized = b"__asan_init" in harness.PROGRAM.read_bytes()
    with harness.Lab("conformance") as lab:
        run = Run(lab, cases, sanitized)
        run.execute()
        log = run.appliance.log()
    for case in cases:
        report.case(case, run.fault(case), case.name in known)
        if options.verbose:
            print(f"{case.name}: {', '.join(map(str, run.verdicts[case.name]))}")
    report.check("the program ends well", run.exit_status == 0, f"exit status {run.exit_status}")
    complaints = re.findall(r"^.*(?:ERROR: \w+Sanitizer|runtime error:).*$", log, re.MULTILINE)
    report.check("no sanitizer has anything to report", not complaints, complaints[:3])
    if not sanitized:
        report.check(f"the last pass takes at most {MEMORY_GROWTH_KIB} KiB more", run.growth() <= MEMORY_GROWTH_KIB,
                     f"KiB after each pass: {run.memory}")
    skipped = len(everything) - len(cases)
    print(f"{sum(case.own for case in cases)} cases of our own, {sum(not case.own for case in cases)} others, "
          f"{skipped} skipped (they ask for ADD-PATH); resident memory after each pass: "
          f"{', '.join(f'{kib} KiB' for kib in run.memory)}; {time.monotonic() - started:.1f} s")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
