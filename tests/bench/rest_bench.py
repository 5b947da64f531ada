"""What is used while nothing happens: memory with one peer and with 100,000 routes, processor time with 16 sessions."""
import time

from figures import Figure
from receive_bench import resident
from sink import Place
from subjects import Bird, ExaBgp, Frr, GoBgp, OpenBgpd, Portreeve, cpu_time

SETTLE = 3.0  # seconds until what was begun is over
IDLE = 60.0


def bench_memory(lab, rounds):
    """Each round with a process of its own: memory that was used once stays."""
    kinds = (Bird, Portreeve, OpenBgpd, Frr, GoBgp)
    one, many = {kind: [] for kind in kinds}, {kind: [] for kind in kinds}
    for number in range(rounds):
        for kind in kinds:
            subject = kind(Place(lab, f"{kind.name.lower()}{number}")).start()
            time.sleep(SETTLE)
            one[kind].append(resident(subject))
            subject.announce(100000)
            subject.place.sink.wait_present(100000)
            subject.wait_answer()
            time.sleep(SETTLE)
            many[kind].append(resident(subject))
            subject.stop()
    figures = []
    for what, values in (("1 peer", one), ("1 peer and 100,000 routes", many)):
        bird = Figure(f"BIRD: resident memory, {what}", "KiB", values[Bird])
        figures += [bird, *(Figure(f"{kind.name}: resident memory, {what}", "KiB", values[kind], bird)
                            for kind in kinds[1:])]
    return figures


def bench_idle_with_sixteen_sessions(lab, rounds):
    """All at once, as they hardly disturb each other; a round is a minute. At hold time 90 s a minute has two
    KEEPALIVEs a session, each way."""
    kinds = (Bird, Portreeve, OpenBgpd, Frr, GoBgp, ExaBgp)
    subjects = [kind(Place(lab, kind.name.lower(), peers=16)).start() for kind in kinds]
    time.sleep(30)
    values = {subject: [] for subject in subjects}
    for _ in range(rounds):
        before = {subject: cpu_time(subject.pids()) for subject in subjects}
        time.sleep(IDLE)
        for subject in subjects:
            values[subject].append((cpu_time(subject.pids()) - before[subject]) / 1e6)
    bird = Figure("BIRD: processor time over 60 s, 16 idle sessions", "ms", values[subjects[0]])
    return [bird, *(Figure(f"{subject.name}: processor time over 60 s, 16 idle sessions", "ms", values[subject], bird)
                    for subject in subjects[1:])]
