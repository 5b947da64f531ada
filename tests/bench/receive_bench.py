"""A million routes come in, are checked and dropped: how much processor time and memory that takes."""
import struct
import time

from figures import Figure
from harness import LabFailure
from rack import resident_memory
from sink import FAR_ASN, Place
from subjects import Bird, Frr, GoBgp, OpenBgpd, Portreeve, cpu_time

UPDATES, PREFIXES = 125000, 8  # a message
KEEPS_ALL = (GoBgp,)           # takes minutes and gigabytes: one round


def bench_million_routes_received(lab, rounds):
    subjects = [kind(Place(lab, kind.name.lower())).start() for kind in (Bird, Portreeve, OpenBgpd, Frr, GoBgp)]
    feed = write_feed(lab.directory / "feed")
    times = {subject: [] for subject in subjects}
    growth = {subject: [] for subject in subjects}
    for turn in range(rounds):
        for subject in subjects[turn % len(subjects):] + subjects[:turn % len(subjects)]:
            if turn == 0 or not isinstance(subject, KEEPS_ALL):
                taken, grown = receive(subject, feed)
                times[subject].append(taken)
                growth[subject].append(grown)
    for subject in subjects:
        if isinstance(subject, KEEPS_ALL):
            subject.process.kill()  # it takes minutes to forget what it kept
    bird = Figure("BIRD: 1,000,000 routes received, processor time", "ms", times[subjects[0]])
    return [bird, *(Figure(f"{subject.name}: 1,000,000 routes received, processor time", "ms", times[subject], bird)
                    for subject in subjects[1:]),
            *(Figure(f"{subject.name}: 1,000,000 routes received, memory grown", "KiB", growth[subject])
              for subject in subjects)]


def receive(subject, feed):
    before, memory = cpu_time(subject.pids()), resident(subject)
    subject.place.sink.feed(feed)
    after = settled_cpu_time(subject)
    return (after - before) / 1e6, resident(subject) - memory


def settled_cpu_time(subject, quiet=0.5, seconds=300):
    """When it has not run for a while: all is dealt with that it was sent."""
    end = time.monotonic() + seconds
    last, since = cpu_time(subject.pids()), time.monotonic()
    while time.monotonic() < end:
        time.sleep(0.02)
        now = cpu_time(subject.pids())
        if now - last > 2e6:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > quiet:
            return now
    raise LabFailure(f"{subject.name} does not come to rest")


def resident(subject):
    return sum(resident_memory(pid) for pid in subject.pids())


def write_feed(file):
    """125,000 UPDATEs of eight /24 each, all with paths of their own: 12 MB."""
    with open(file, "wb") as output:
        for number in range(UPDATES):
            path = struct.pack("!6I", FAR_ASN, 3356, 1299, 200000 + number % 60000, 64496 + number % 16, number + 1)
            attributes = (b"\x40\x01\x01\x00" + struct.pack("!BBBBB", 0x40, 2, 2 + len(path), 2, 6) + path +
                          b"\x40\x03\x04" + bytes([10, 126, 77, 101]))
            first = 16 << 16 | number * PREFIXES
            routes = b"".join(b"\x18" + struct.pack("!I", first + place)[1:] for place in range(PREFIXES))
            body = struct.pack("!HH", 0, len(attributes)) + attributes + routes
            output.write(b"\xff" * 16 + struct.pack("!HB", 19 + len(body), 2) + body)
    return file
