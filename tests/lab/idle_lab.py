"""An idle appliance does nothing: no timer fires, no system call is made that does not answer a message."""
import re
import signal
import time

from appliance import peer, pool, service
from bgp_speaker import Honest, Speaker
from harness import check, limit, wait_until, waits
from rack import Rack, SELF

QUIET = 60
WATCHED = 30


class Trace:
    """strace on a running process and all its threads."""

    def __init__(self, lab, name, pid):
        self.file = lab.directory / f"{name}.strace"
        self.process = lab.start(f"strace-{name}", ["strace", "-f", "-tt", "-o", self.file, "-p", pid])
        wait_until("strace is attached", lambda: "attached" in self.process.log())
        # Being attached to interrupts epoll_wait once.
        time.sleep(1)
        self._seen = len(self._lines())

    def calls(self):
        """The system calls that returned since it was last asked."""
        lines = self._lines()
        new = [line for line in lines[self._seen:] if re.search(r"\) += ", line)]
        self._seen = len(lines)
        return new

    def stop(self):
        self.process.signal(signal.SIGINT)
        self.process.wait()

    def _lines(self):
        return self.file.read_text(encoding="utf-8", errors="replace").splitlines()


def watch_idleness(rack):
    """After a minute of quiet: nothing for half a minute; nothing for neighbours that come and go; but an answer to a
    message, or the watching would be worth nothing."""
    time.sleep(QUIET)
    trace = Trace(rack.lab, rack.namespace.name, rack.appliance.process.pid)
    time.sleep(WATCHED)
    calls = trace.calls()
    check("no system call in half a minute", not calls, calls[:20])

    # Of them the kernel tells everyone who listens to neighbours; filtered there, they wake nobody.
    neighbours = [f"10.126.77.{last}" for last in range(20, 60)]
    for change in ("replace {} lladdr 02:00:00:00:00:01 dev vSwitch1 nud reachable", "del {} dev vSwitch1"):
        rack.namespace.run("ip", "-batch", "-", text="".join(f"neigh {change.format(n)}\n" for n in neighbours))
    time.sleep(1)
    calls = trace.calls()
    check("no system call for 80 neighbour events", not calls, calls[:20])

    rack.appliance.bus("ListServices", "su", "", 1)
    wait_until("a message is answered, and seen", trace.calls)
    trace.stop()


@waits
@limit(240)
def lab_with_no_peer_nothing_stirs(lab):
    rack = Rack(lab, "router")
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web"))
    check("the switch works", rack.hosts["router"].ping(SELF))
    watch_idleness(rack)


@waits
@limit(240)
def lab_with_a_session_of_hold_time_zero_nothing_stirs(lab):
    rack = Rack(lab, "router")
    router = Speaker(rack.hosts["router"], rack.addresses["router"], Honest(64512, hold_time=0))
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web"),
               peer(rack.addresses["router"], 64512, 64513, hold_time=0))
    session = router.session()
    wait_until("the route is announced", lambda: session.routes == {"10.126.77.200/32"})
    watch_idleness(rack)
    check("the session stands", not session.ended)
