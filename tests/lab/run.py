#!/usr/bin/env python3
"""Runs the labs: tests/lab/run.py [-l] [-k PATTERN] [-j N] [--in FOLDER]

Each lab runs in a process of its own, two at a time, and beside them those marked `waits`; one marked `serial` runs
alone. One marked `soak` is left out but where PORTREEVE_SOAK=1 or -k asks for it. A line a lab, with its time; what a
failed one said follows it, and its logs are kept in build/logs/labs.

Bounds of time are the product's, and hold on a machine that has time for it. So up to three labs that failed beside others
are run again, alone: one that fails then too is a failure; one that passes is named as unsteady, with what it said at first.
Closes with what failed or was unsteady, and `N passed, N failed`.
"""
import argparse
import collections
import importlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import harness  # noqa: E402

USUAL_LIMIT = 180
# Time to put things away, for a lab that is told to stop.
GRACE = 30
# So many failures may come of a busy machine; more do not.
RUN_AGAIN = 3

LabFunction = collections.namedtuple("LabFunction", "module name serial waits soak limit")


def sentence(lab):
    return lab.name.removeprefix("lab_").replace("_", " ")


def find(folder, pattern):
    labs = []
    for file in sorted(folder.glob("*_lab.py")):
        module = importlib.import_module(file.stem)
        for name, function in vars(module).items():
            if name.startswith("lab_") and callable(function) and function.__module__ == file.stem:
                labs.append(LabFunction(file.stem, name, getattr(function, "serial", False),
                                        getattr(function, "waits", False), getattr(function, "soak", False),
                                        getattr(function, "limit", USUAL_LIMIT)))
    return [lab for lab in labs if pattern in f"{lab.module} {lab.name} {sentence(lab)}"]


def run_one(folder, module, name):
    """In the lab's own process."""
    def stop(number, _):
        raise SystemExit(f"stopped by signal {number}")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        with harness.Lab(name) as lab:
            getattr(importlib.import_module(module), name)(lab)
    except harness.LabFailure:
        # The place in the lab, and what was wrong: the harness' own frames say nothing more.
        kind, error, trace = sys.exc_info()
        frames = [frame for frame in traceback.extract_tb(trace)
                  if pathlib.Path(frame.filename).parent in (HERE, folder)
                  and pathlib.Path(frame.filename).name != "run.py"]
        print("".join(traceback.format_list(frames)) + f"{kind.__name__}: {error}")
        return 1
    return 0


class Run:
    """A lab under way."""

    def __init__(self, folder, lab, again=False):
        self.lab = lab
        self.said = ""
        self.started = time.monotonic()
        self.told_to_stop = None
        self.log = harness.TREE / "build/logs/labs" / f"{lab.name}{'.again' if again else ''}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as output:
            self.popen = subprocess.Popen([sys.executable, __file__, "--in", str(folder),
                                           "--one", lab.module, lab.name],
                                          stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    def stop(self):
        if self.told_to_stop is None:
            self.told_to_stop = time.monotonic()
            self.popen.send_signal(signal.SIGTERM)

    def ended(self):
        now = time.monotonic()
        if self.popen.poll() is not None:
            return True
        if now - self.started > self.lab.limit:
            self.stop()
        if self.told_to_stop and now - self.told_to_stop > GRACE:
            self.popen.kill()
        return False

    def report(self):
        """Prints how it went; whether well."""
        prefix = f"prv-{self.popen.pid}-"
        leftovers = harness.remove_namespaces(prefix) + harness.remove_directories(prefix)
        seconds = time.monotonic() - self.started
        good = self.popen.returncode == 0 and not leftovers
        print(f"{'passed' if good else 'FAILED'} {seconds:6.1f} s  {self.lab.module.removesuffix('_lab')}: "
              f"{sentence(self.lab)}", flush=True)
        if not good:
            text = [f"took longer than {self.lab.limit} s"] if self.told_to_stop else []
            text += [f"left over: {leftover}" for leftover in leftovers]
            text += self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-60:]
            self.said = "\n".join(f"    {line}" for line in text)
            print(self.said, flush=True)
        return good


def run_all(folder, labs, jobs):
    """How many passed, and the runs that failed."""
    waiting, running, passed, failed = list(labs), [], 0, []
    try:
        while waiting or running:
            for run in [run for run in running if run.ended()]:
                running.remove(run)
                if run.report():
                    passed += 1
                else:
                    failed.append(run)
            alone = any(run.lab.serial for run in running)
            room = sum(not run.lab.waits for run in running) < jobs
            if waiting and not alone and (waiting[0].waits or room) and (not waiting[0].serial or not running):
                running.append(Run(folder, waiting.pop(0)))
            else:
                time.sleep(0.02)
    finally:
        for run in running:
            run.stop()
        for run in running:
            while not run.ended():
                time.sleep(0.05)
            run.report()
    return passed, failed


def run_again(folder, failed):
    """Those of the runs that fail alone too."""
    broken = []
    for first in failed:
        second = Run(folder, first.lab, again=True)
        try:
            while not second.ended():
                time.sleep(0.02)
        except KeyboardInterrupt:
            second.stop()
            raise
        if not second.report():
            broken.append(second)
    return broken


def main():
    parser = argparse.ArgumentParser(description="Runs the labs.")
    parser.add_argument("-k", default="", metavar="PATTERN", help="only labs whose name contains this")
    parser.add_argument("-l", action="store_true", help="list them")
    parser.add_argument("-j", type=int, default=os.cpu_count(), metavar="N", help="so many at a time")
    parser.add_argument("--in", default=HERE, dest="folder", metavar="FOLDER", type=pathlib.Path,
                        help="those of this folder, as tests/image (default: tests/lab)")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    sys.path.insert(0, str(folder))
    if arguments.one:
        return run_one(folder, *arguments.one)

    # Those that wait come first, to be done by the time the others are; those that run alone come last, so that they do
    # not keep a processor idle in between.
    labs = sorted(find(folder, arguments.k), key=lambda lab: (lab.serial, not lab.waits))
    if not arguments.k and os.environ.get("PORTREEVE_SOAK") != "1":
        labs = [lab for lab in labs if not lab.soak]
    if arguments.l:
        print("\n".join(f"{lab.module.removesuffix('_lab')}: {sentence(lab)}" for lab in labs))
        return 0
    if os.geteuid() != 0:
        print("labs need root: they make network namespaces\n0 passed, 1 failed")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    passed, failed = run_all(folder, labs, arguments.j)
    broken = run_again(folder, failed) if len(failed) <= RUN_AGAIN and len(labs) > 1 else failed
    passed += len(failed) - len(broken)
    for run in failed:
        word = "FAILED" if run.lab in [other.lab for other in broken] else "unsteady: failed beside others, passed alone"
        print(f"{word}: {run.lab.module.removesuffix('_lab')}: {sentence(run.lab)}\n{run.said}")
    print(f"{passed} passed, {len(broken)} failed")
    return 1 if broken or not (passed or arguments.k) else 0


if __name__ == "__main__":
    sys.exit(main())
