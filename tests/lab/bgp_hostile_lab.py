"""Peers that never answer, refuse, babble, break off or stop reading: what becomes of the others meanwhile."""
import re
import sys
import time

import hostile_peers as hostile
from appliance import MANAGER, NAME, PATH, peer, pool
from bgp_speaker import Honest, NOTIFICATION, Speaker
from harness import TREE, check, limit, waits, wait_until
from peers import Bird, Neighbor
from rack import Rack, SELF, host_routes

# Behaviour; code and subcode of what we have to tell it, where there is anything to say; what LastError says.
HOSTILE = {
    "silent": (hostile.silent, None, None),
    "garbage": (hostile.garbage, (1, 1), "not synchronized"),
    "breaks off in a header": (hostile.in_the_middle_of_a_header, None, "clos"),
    "breaks off in an OPEN": (hostile.in_the_middle_of_an_open, None, "clos"),
    "resets": (hostile.resets, None, "reset"),
    "huge length": (hostile.huge_length, (1, 2), "length"),
    "drips": (hostile.one_octet_at_a_time, None, None),
}
REFUSES, SWALLOWS, NOBODY, STOPS_READING = ("10.126.77.220", "10.126.77.221", "10.126.77.222", "10.126.77.223")
MINUTE = 60
# Kept for the one that does not read, the announcements and withdrawals of so many rounds would be more than 16 MiB.
ROUNDS = 20


@waits
@limit(240)
def lab_a_good_peer_is_served_and_the_bus_answered_while_eleven_others_misbehave_for_a_minute(lab):
    rack = Rack(lab, "tor", "hostile")
    bird = Bird(lab, rack.hosts["tor"], hostile.AS_NUMBER, rack.addresses["tor"], [Neighbor(SELF, 64513)]).start()
    speakers, stuck = place_hostile_peers(rack.hosts["hostile"])
    queue = hostile.swallow_connections(rack.hosts["hostile"], SWALLOWS)
    everyone = [*speakers, REFUSES, SWALLOWS, NOBODY, STOPS_READING]
    rack.start(pool("10.200.0.0-10.200.39.255"), pool("10.126.77.230-10.126.77.250", name="few"),
               peer(rack.addresses["tor"], hostile.AS_NUMBER, 64513),
               *(peer(address, hostile.AS_NUMBER, 64513) for address in everyone))
    rack.wait_established(rack.addresses["tor"], STOPS_READING)
    bird.wait_established(SELF)

    bus = rack.appliance.private_bus
    probe = lab.start("probe", [sys.executable, TREE / "tests/lab/probe.py", bus.address, bus.process.pid,
                                rack.appliance.process.pid])
    kept = keep_busy(rack, bird)
    probe.stop()

    check_answers(probe)
    wanted = host_routes(kept)
    wait_until("BIRD has exactly what stands", lambda: set(bird.routes()) == wanted)
    check("BIRD's session was not lost", rack.peer(rack.addresses["tor"])["EstablishedCount"] == 1)
    check("the one that stops reading is still held", len(stuck.established()) == 1 and
          rack.peer(STOPS_READING)["State"] == "Established")
    check("many were tried again", all(len(speaker.sessions) >= 3 for address, speaker in speakers.items()
                                       if last_error_of(address)), {a: len(s.sessions) for a, s in speakers.items()})
    check_last_errors(rack)
    queue[0].close()


def place_hostile_peers(namespace):
    namespace.address("eth0", *(f"{address}/24" for address in (REFUSES, SWALLOWS, STOPS_READING)))
    speakers = {}
    for number, (behaviour, _, _) in enumerate(HOSTILE.values(), 210):
        address = f"10.126.77.{number}"
        namespace.address("eth0", f"{address}/24")
        speakers[address] = Speaker(namespace, address, behaviour)
    return speakers, Speaker(namespace, STOPS_READING, Honest(hostile.AS_NUMBER, reads=False), receive_buffer=1)


def last_error_of(address):
    return list(HOSTILE.values())[int(address.rsplit(".", 1)[1]) - 210][2]


def keep_busy(rack, bird):
    """For a minute: ten thousand addresses come and go, far more than the one that does not read will take; and one
    more now and then, which has to reach BIRD within 5 s. Returns the addresses that stand at last."""
    start, names = time.monotonic(), [f"load/{number}" for number in range(10000)]
    memory, slowest, last, standing, rounds = None, 0.0, 230, [], 0
    while time.monotonic() < start + MINUTE or rounds < ROUNDS:
        rack.allocate_many(names, PoolName="compute", LocalAddress=False)
        rack.release(names)
        wait_until("BIRD is done with the ten thousand", lambda: bird.count() == len(standing))
        for _ in range(2):
            last = 230 if last == 250 else last + 1
            if (address := f"10.126.77.{last}") in standing:
                rack.release([f"few/{last}"])
                standing.remove(address)
            else:
                slowest = max(slowest, time_to_bird(rack, bird, f"few/{last}", address))
                standing.append(address)
            time.sleep(0.2)
        if memory is not None:
            rounds += 1
        elif time.monotonic() > start + MINUTE / 3:  # by then its buffers have their size
            memory = rack.memory()
    grown = rack.memory() - memory
    print(f"slowest route {slowest * 1000:.0f} ms, memory {memory} KiB, {rounds} rounds later {grown:+} KiB")
    check("a new route reaches the good peer within 5 s", slowest <= 5.0, f"{slowest:.3f} s")
    check("memory is bounded while a peer does not read", grown <= 8192, f"{grown} KiB more than {memory} KiB")
    return standing


def time_to_bird(rack, bird, name, address):
    """It is announced at once; only the reply waits for the disk."""
    start = time.monotonic()
    call = rack.appliance.connection.send(NAME, PATH, MANAGER, "AllocateService", "sa{sv}", name,
                                          {"LoadBalancerIP": ("s", address)})
    wait_until("the route is at BIRD", lambda: bird.has(f"{address}/32"), 5)
    taken = time.monotonic() - start
    rack.appliance.connection.reply(call)
    return taken


def check_answers(probe):
    times = [tuple(map(float, line.split())) for line in probe.log().splitlines() if re.match(r"[\d.]+ [\d.]+$", line)]
    check("the appliance was asked all the time", len(times) > MINUTE * 10, len(times))
    slowest = max(taken - waited for taken, waited in times)
    print(f"{len(times)} questions, the slowest answer after {slowest:.1f} ms; with what it had to wait for a processor, "
          f"{max(taken for taken, _ in times):.1f} ms")
    check("D-Bus is answered within 100 ms", slowest <= 100, f"{slowest:.1f} ms")


def check_last_errors(rack):
    said = {REFUSES: (None, "refused"), SWALLOWS: (None, "time|no answer"), NOBODY: (None, "route|time|no answer")}
    said |= {f"10.126.77.{number}": (notification, words)
             for number, (_, notification, words) in enumerate(HOSTILE.values(), 210)}
    for address, (notification, words) in said.items():
        if words is None:
            continue
        shown = rack.peer(address)
        check(f"LastError of {address} says what happened", re.search(words, shown["LastError"], re.IGNORECASE),
              shown["LastError"])
        code = (shown["LastErrorCode"], shown["LastErrorSubcode"], shown["LastErrorSent"])
        check(f"and the code of {address}", code == (*(notification or (0, 0)), notification is not None), code)


def lab_a_faulty_peer_is_told_its_fault_before_the_connection_ends(lab):
    rack = Rack(lab, "hostile")
    namespace = rack.hosts["hostile"]
    speakers, _ = place_hostile_peers(namespace)
    rack.start(*(peer(address, hostile.AS_NUMBER, 64513) for address in speakers))
    for speaker, (name, (_, notification, _)) in zip(speakers.values(), HOSTILE.items(), strict=True):
        if notification is None:
            continue
        wait_until(f"'{name}' is connected to", lambda: speaker.sessions)
        said = speaker.sessions[0].wait_for(NOTIFICATION).body
        check(f"'{name}' is told {notification}", tuple(said[:2]) == notification, said)
