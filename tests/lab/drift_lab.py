"""Drift: others change by hand, or by a program, what the documents say; the appliance puts it right."""
import contextlib
import math
import os
import pathlib
import subprocess
import time

from appliance import Appliance, document, pool, service, switch
from harness import check, serial, wait_until
from rack import DOCUMENT

# How long the other program keeps on; tests/soak.sh lets it be a minute.
FIGHT = int(os.environ.get("PORTREEVE_FIGHT_SECONDS", "10"))
FIRST_HOLD, LONGEST_HOLD = 0.1, 30
AT_ONCE = 0.1


class Site:
    """An appliance with several switches, each on a port of its own, so that what is put right on one is not held off
    for what was on another: switch n is vSwitchN on ethN, with the address 10.0.n.10/24."""

    def __init__(self, lab, count, gateway_on=None):
        self.here = lab.namespace("appliance")
        self.far = lab.namespace("far")
        self.appliance = Appliance(lab, self.here)
        for n in range(1, count + 1):
            lab.connect(self.here, f"eth{n}", self.far, f"eth{n}")
        self.appliance.write_drop_in(DOCUMENT, document(*(
            switch(f"vSwitch{n}", f"Port{n}", f"eth{n}", f"10.0.{n}.10/24", f"10.0.{n}.1" if n == gateway_on else None)
            for n in range(1, count + 1)), pool("10.0.1.200-10.0.1.209", switch_name="vSwitch1"),
            service("default/web", address="10.0.1.205")))
        self.appliance.start()
        # What the kernel still has to say of new links comes within two seconds (duplicate address detection).
        wait_until("the kernel is done", lambda: "tentative" not in self.here.run("ip", "address", "show").stdout)

    def switch(self, n):
        return next(shown for shown in self.appliance.of_interface("ExternalVirtualSwitch").values()
                    if shown["Name"] == f"vSwitch{n}")

    def link(self, name):
        return self.here.links().get(name, {})

    def sysctl(self, path):
        """Its value, without starting a program: in a thread that is in the namespace, /proc/sys is the namespace's."""
        return pathlib.Path("/proc/sys", path).read_text(encoding="ascii").strip()

    def time_until_right(self, command, right):
        """Seconds from the end of the command until right() is true again; both run inside the namespace."""
        def run():
            subprocess.run(command, check=True)
            began = time.monotonic()
            wait_until(f"{' '.join(command)} is put right", right, every=0.001)
            return time.monotonic() - began
        return self.here.inside(run)


def built(n):
    """The sysctls of switch n, below /proc/sys, and their values."""
    ipv4 = f"net/ipv4/conf/vSwitch{n}"
    return {f"{ipv4}/arp_ignore": "1", f"{ipv4}/arp_announce": "2", f"{ipv4}/promote_secondaries": "1",
            f"net/ipv6/conf/vSwitch{n}/accept_ra": "0", f"net/ipv6/conf/eth{n}/disable_ipv6": "1"}


@serial
def lab_drift_is_put_right_within_a_tenth_of_a_second(lab):
    site = Site(lab, 13, gateway_on=6)
    here = site.here

    def has_address(n):
        return f"10.0.{n}.10/24" in here.addresses(f"vSwitch{n}")

    def has_gateway():
        return [route["dev"] for route in here.ip("route", "show", "default")] == ["vSwitch6"]

    changes = [
        ("ip link del vSwitch1", lambda: has_address(1) and site.link("eth1").get("master") == "vSwitch1"),
        ("ip address del 10.0.2.10/24 dev vSwitch2", lambda: has_address(2)),
        ("ip address del 10.0.1.205/32 dev lo", lambda: "10.0.1.205/32" in here.addresses("lo")),
        ("ip link set eth3 nomaster", lambda: site.link("eth3").get("master") == "vSwitch3"),
        ("ip link set vSwitch4 mtu 1300", lambda: site.link("vSwitch4")["mtu"] == 1500),
        ("ip link set eth5 mtu 1300", lambda: site.link("eth5")["mtu"] == 1500),
        ("ip route del default", has_gateway),
        ("ip link set vSwitch7 down", lambda: "UP" in site.link("vSwitch7")["flags"]),
        ("ip link set eth8 down", lambda: "UP" in site.link("eth8")["flags"])]
    for n, (path, value) in enumerate(built(0).items(), 9):
        path = path.replace("vSwitch0", f"vSwitch{n}").replace("eth0", f"eth{n}")
        other = "0" if value != "0" else "1"
        changes.append((f"sysctl -q -w {path}={other}", lambda path=path, value=value: site.sysctl(path) == value))
    took = {}
    for command, right in changes:
        # Nothing is left over from the one before.
        time.sleep(0.1)
        took[command] = round(site.time_until_right(command.split(), right), 3)
    print("seconds until it was right:", took)
    late = {command: seconds for command, seconds in took.items() if seconds > AT_ONCE}
    check("each is put right within a tenth of a second", not late, late)
    for n in range(1, 14):
        for path, value in built(n).items():
            check(f"{path} is {value}", here.run("cat", f"/proc/sys/{path}").stdout.strip() == value)
    wait_until("all stand", lambda: all(site.switch(n)["Status"] == "Up" for n in range(1, 14)))


def corrections(site, n):
    """What the log says was done to switch n since the appliance came up."""
    front = f"switch vSwitch{n}: "
    return [line for line in site.appliance.log().splitlines() if front in line]


@contextlib.contextmanager
def others(site, *loops):
    """Programs in the namespace that do something again and again, every 5 ms."""
    fighters = [site.here.start(f"fighter-{n}", "sh", "-c", f"while :; do {loop}; sleep 0.005; done")
                for n, loop in enumerate(loops, 1)]
    yield
    for fighter in fighters:
        fighter.kill()


@serial
def lab_who_changes_it_again_and_again_is_fought_ever_more_slowly(lab):
    site = Site(lab, 2)
    sysctl = "net/ipv4/conf/vSwitch1/arp_ignore"
    before = [len(corrections(site, n)) for n in (1, 2)]
    with others(site, f"echo 0 > /proc/sys/{sysctl}",
                "ip address del 10.0.2.10/24 dev vSwitch2 2>/dev/null"):
        began, used = time.monotonic(), cpu_seconds(site.appliance.process.pid)
        for n in (1, 2):
            wait_until(f"switch {n} says that something else keeps changing it", lambda n=n:
                       "something else keeps changing this" in site.switch(n)["StatusText"], FIGHT)
        time.sleep(max(0, began + FIGHT - time.monotonic()))
        share = (cpu_seconds(site.appliance.process.pid) - used) / FIGHT
        for n in (1, 2):
            check("it says so still", "something else keeps changing this" in site.switch(n)["StatusText"])
    # At 0, 0.1, 0.3, 0.7, … s; up to a wait of 30 s.
    most = math.ceil(math.log2(FIGHT / FIRST_HOLD + 1)) + 1
    for n, seen in zip((1, 2), before):
        done = corrections(site, n)[seen:]
        check(f"of switch {n} there were at most {most} corrections", 3 <= len(done) <= most, done)
    print(f"processor time while they fought: {share:.1%}")
    check("the appliance has little to do with it", share < 0.2, share)

    stopped = time.monotonic()
    wait_until("all is right", lambda: site.here.run("cat", f"/proc/sys/{sysctl}").stdout.strip() == "1" and
               "10.0.2.10/24" in site.here.addresses("vSwitch2"), LONGEST_HOLD + 1)
    print(f"right {time.monotonic() - stopped:.1f} s after they stopped")
    wait_until("and the switches say nothing more of it", lambda: not any(
        site.switch(n)["StatusText"] for n in (1, 2)), 15)


def cpu_seconds(pid):
    """Processor time that a process has used."""
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
