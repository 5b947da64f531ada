"""The program at rest and starting: its size, the time to its D-Bus name and to its first OPEN, its idle memory."""
import subprocess
import time

from appliance import NAME, peer
from bgp_speaker import OPEN, Honest, Speaker
from bus import Connection
from figures import Figure
from harness import PROGRAM, wait_until
from rack import Rack

# Writes when the program is executed, by the clock of the wall, and executes it.
STAMP = 'echo "$EPOCHREALTIME" > "$0"; exec "$@"'


def bench_size(lab, _):
    stripped = lab.directory / "stripped"
    subprocess.run(["strip", "--strip-all", "-o", stripped, PROGRAM], check=True)
    return [Figure("portreeve: stripped size", "B", [stripped.stat().st_size])]


def bench_start(lab, rounds):
    rack = Rack(lab, "router")
    router = Speaker(rack.hosts["router"], rack.addresses["router"], Honest(64512))
    rack.configure(peer(rack.addresses["router"], 64512, 64513))
    listener = Connection(rack.appliance.private_bus.address)
    listener.subscribe(f"type='signal',member='NameOwnerChanged',arg0='{NAME}'")

    name, cold, warm, memory = [], [], [], []
    for _ in range(rounds):
        for opens in (cold, warm):  # with no switch there, as after a boot; and with one to adopt
            to_name, to_open = start_once(rack, router, listener)
            name.append(to_name)
            opens.append(to_open)
            router.session(number=len(router.sessions))
            time.sleep(2)
            memory.append(rack.memory())
            rack.appliance.stop()
            listener.signal("NameOwnerChanged")
        rack.namespace.run("ip", "link", "delete", "vSwitch1")
    return [Figure("portreeve: exec to D-Bus name", "ms", name),
            Figure("portreeve: exec to first OPEN, switch to be built", "ms", cold),
            Figure("portreeve: exec to first OPEN, switch adopted", "ms", warm),
            Figure("portreeve: resident memory, idle, 1 peer", "KiB", memory)]


def start_once(rack, router, listener):
    stamp, before = rack.lab.directory / "stamp", len(router.sessions)
    # Two clocks: signals are stamped by the wall's, messages by the one that only goes forward.
    apart = time.time() - time.monotonic()
    rack.appliance.start(wrapper=["bash", "-c", STAMP, stamp], wait=False)
    listener.signal("NameOwnerChanged")
    named = time.time()
    wait_until("the router is connected to", lambda: len(router.sessions) > before)
    opened = router.sessions[before].wait_for(OPEN).when + apart
    executed = float(stamp.read_text(encoding="ascii"))
    return (named - executed) * 1000, (opened - executed) * 1000
