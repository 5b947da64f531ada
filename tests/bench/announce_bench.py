"""How long until many host routes are at the peers: 100,000 to one, 10,000 to each of 16; and one route more."""
import time

from figures import Figure
from sink import Place
from subjects import Bird, ExaBgp, Frr, GoBgp, OpenBgpd, Portreeve, PortreeveDocument

QUIET = 0.5  # seconds between rounds, so that what one leaves behind is not the next one's


def bench_hundred_thousand_to_one_peer(lab, rounds):
    local = Portreeve(Place(lab, "portreeve-lo"), local_address=True)
    whole = PortreeveDocument(Place(lab, "portreeve-pool"))
    subjects = [Bird(Place(lab, "bird")), whole, Portreeve(Place(lab, "portreeve")), OpenBgpd(Place(lab, "openbgpd")),
                Frr(Place(lab, "frr")), GoBgp(Place(lab, "gobgp")), local]
    for subject in subjects:
        subject.start()
    titles = {local: "portreeve: 100,000 routes to 1 peer, taken on lo",
              whole: "portreeve: 100,000 routes to 1 peer, a document's pool",
              subjects[2]: "portreeve: 100,000 routes to 1 peer, AllocateServices"}
    return in_turns(subjects, rounds, 100000, "100,000 routes to 1 peer", titles)


def bench_ten_thousand_to_sixteen_peers(lab, rounds):
    whole = PortreeveDocument(Place(lab, "portreeve-pool", peers=16))
    portreeve = Portreeve(Place(lab, "portreeve", peers=16))
    subjects = [Bird(Place(lab, "bird", peers=16)), whole, portreeve,
                *(kind(Place(lab, kind.name.lower(), peers=16)) for kind in (OpenBgpd, Frr, ExaBgp, GoBgp))]
    for subject in subjects:
        subject.start()
    titles = {whole: "portreeve: 10,000 routes to 16 peers, a document's pool",
              portreeve: "portreeve: 10,000 routes to 16 peers, AllocateServices"}
    return in_turns(subjects, rounds, 10000, "10,000 routes to 16 peers", titles)


def in_turns(subjects, rounds, number, what, titles):
    """A figure each, beside the first one's."""
    values = {subject: [] for subject in subjects}
    for turn in range(rounds):
        for subject in subjects[turn % len(subjects):] + subjects[:turn % len(subjects)]:
            values[subject].append(once(subject, number))
    first, figures = None, []
    for subject in subjects:
        figures.append(Figure(titles.get(subject, f"{subject.name}: {what}"), "ms", values[subject], first))
        first = first or figures[0]
    return figures


def once(subject, number):
    sink = subject.place.sink
    sink.mark()
    began = subject.announce(number)
    _, last, _ = sink.wait_present(number)
    subject.wait_answer()
    time.sleep(QUIET)
    subject.withdraw()
    sink.wait_present(0)
    time.sleep(QUIET)
    return (last - began) / 1e6


def bench_one_route_more(lab, rounds):
    """With none and with 100,000 others, each several times a round."""
    figures, beside = [], None
    for kind in (Bird, Portreeve, OpenBgpd, Frr, GoBgp):
        subject = kind(Place(lab, kind.name.lower())).start()
        for others in (0, 100000):
            if others:
                subject.announce(others)
                subject.place.sink.wait_present(others)
                subject.wait_answer()
            times = [one_more(subject, others) for _ in range(rounds * 20)]
            figures.append(Figure(f"{subject.name}: one route more, with {others:,} others", "ms", times, beside))
            if kind is Portreeve and not others:
                beside = figures[-1]  # of the next: both alike
            elif kind is Portreeve:
                beside = None
        subject.stop()
    return figures


def one_more(subject, others):
    sink = subject.place.sink
    time.sleep(0.02)
    sink.mark()
    began = subject.announce_one(others)
    first, _, _ = sink.wait_present(others + 1)
    subject.wait_answer_of_one()
    subject.withdraw_one(others)
    sink.wait_present(others)
    return (first - began) / 1e6
