"""The program starting: its size, and the time from its execution to its D-Bus name and to Established."""
import subprocess
import time

from appliance import NAME
from bus import Connection
from figures import Figure
from harness import PROGRAM
from sink import Place
from subjects import Bird, ExaBgp, Frr, GoBgp, OpenBgpd, Portreeve


def bench_size(lab, _):
    stripped = lab.directory / "stripped"
    subprocess.run(["strip", "--strip-all", "-o", stripped, PROGRAM], check=True)
    return [Figure("portreeve: stripped size", "B", [stripped.stat().st_size])]


def bench_start_to_name(lab, rounds):
    portreeve = Portreeve(Place(lab, "portreeve"))
    names = Connection(portreeve.appliance.private_bus.address)
    names.subscribe(f"type='signal',member='NameOwnerChanged',arg0='{NAME}'")
    portreeve.configure()
    values = []
    for _ in range(rounds):
        stamp = portreeve.stamp_execution()
        portreeve.appliance.start(wrapper=portreeve.wrapper, wait=False)
        names.signal("NameOwnerChanged")
        named = time.monotonic_ns()
        values.append((named - stamp()) / 1e6)
        portreeve.appliance.wait_ready()
        portreeve.appliance.stop()
        names.signal("NameOwnerChanged")
    return [Figure("portreeve: exec to D-Bus name", "ms", values)]


def bench_start_to_established(lab, rounds):
    """With a router that waits. Portreeve both with no switch there, as after a boot, and with one to adopt."""
    portreeve = Portreeve(Place(lab, "portreeve"))
    peers = [kind(Place(lab, kind.name.lower())) for kind in (Bird, OpenBgpd, Frr, GoBgp, ExaBgp)]
    cold, warm, others = [], [], {peer: [] for peer in peers}
    for _ in range(rounds):
        cold.append(start_once(portreeve))
        warm.append(start_once(portreeve))
        portreeve.namespace.run("ip", "link", "delete", "vSwitch1")
        for peer in peers:
            others[peer].append(start_once(peer))
    bird = Figure("BIRD: exec to Established", "ms", others[peers[0]])
    return [bird, Figure("portreeve: exec to Established, switch to be built", "ms", cold, bird),
            Figure("portreeve: exec to Established, switch adopted", "ms", warm, bird),
            *(Figure(f"{peer.name}: exec to Established", "ms", others[peer], bird) for peer in peers[1:])]


def start_once(subject):
    stamp = subject.stamp_execution()
    subject.launch()
    taken = subject.place.sink.wait_established(1) - stamp()
    subject.stop()
    subject.place.sink.wait_idle()
    return taken / 1e6
