"""Whether BFD sessions stay up while all else is at its busiest.

Sixteen at 3 × 10 ms, each with a BIRD of its own whose BFD has real-time priority, so that what goes down by silence
goes down for want of our own attention. Meanwhile 100,000 routes are announced to all sixteen and withdrawn, and a
seventeenth peer sends a million.
"""
import os
import pathlib
import time

from appliance import bfd_profile, peer, pool
from figures import Figure
from harness import wait_until
from peers import Bfd, Bird as Router, Neighbor
from rack import Rack, SELF
from receive_bench import write_feed
from sink import FAR_ASN, SELF_ASN, Sink

SESSIONS, MILLISECONDS, ROUTES, REAL_TIME = 16, 10, 100000, 20


def bench_bfd_under_load(lab, rounds):
    names = [f"router{number}" for number in range(SESSIONS)]
    rack = Rack(lab, *names, "feeder")
    *routers, feeder = rack.addresses.values()
    feed = write_feed(lab.directory / "feed")
    sink = Sink(lab, rack.hosts["feeder"], "feeder", 90, [feeder])
    bfd = Bfd(MILLISECONDS, MILLISECONDS, 3)
    for name, address in zip(names, routers):
        router = Router(lab, rack.hosts[name], FAR_ASN, address, [Neighbor(SELF, SELF_ASN, bfd=bfd)], name=name)
        prefer_threads(router.start().process.pid)
    rack.start(bfd_profile("fast", MILLISECONDS), pool("10.200.0.0/15"), peer(feeder, FAR_ASN, SELF_ASN),
               *(peer(address, FAR_ASN, SELF_ASN, BFDProfile="fast") for address in routers))
    sink.wait_established(1)
    wait_until("all sessions and their BFD are up", lambda: all(
        rack.peer(address).get("State") == "Established" and rack.bfd(address) == "up" for address in routers), 60)
    silent, told, taken = [], [], []
    for number in range(rounds):
        before = since(rack, routers)
        began = time.monotonic()
        services = list(rack.allocate_many([f"load{number}/{place}" for place in range(ROUTES)], 120,
                                           LocalAddress=False))
        sink.feed(feed)
        wait_until("all routers were told", lambda: all(
            rack.peer(address)["RoutesAnnounced"] == ROUTES for address in routers), 120)
        rack.release(services, 120)
        wait_until("all routers were told that they go", lambda: all(
            rack.peer(address)["RoutesAnnounced"] == 0 for address in routers), 120)
        taken.append(time.monotonic() - began)
        after = since(rack, routers)
        lost = [after[address][1] for address in routers if after[address][0] != before[address][0]]
        silent.append(sum("xpired" in why for why in lost))
        told.append(len(lost) - silent[-1])
    what = f"portreeve: {SESSIONS} × BFD 3 × {MILLISECONDS} ms under load"
    return [Figure(f"{what}, lost by silence", "", silent), Figure(f"{what}, lost as the far end said", "", told),
            Figure(f"{what}, time under it", "s", taken)]


def prefer_threads(pid):
    """BIRD's BFD has a thread of its own."""
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if int(thread.name) != pid:
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(REAL_TIME))


def since(rack, routers):
    """{address: (since when its BFD is as it is, why it last went down)}"""
    return {address: (shown["BFDSinceUSec"], shown["BFDDiagnostic"])
            for address in routers for shown in [rack.peer(address)]}
