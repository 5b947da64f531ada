"""Who dials whom: routers that dial us, both at once (RFC 4271 section 6.8), and strangers."""
import socket
import threading
import time

from appliance import bgp_speaker, peer, pool, service
from bgp_speaker import KEEPALIVE, NOTIFICATION, UPDATE, Speaker, message, open_message
from harness import check, never, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, SELF6, Rack

SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/web"))
ROUTE = "10.126.77.200/32"
KINDS = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd, "exabgp": ExaBgp}
ROUNDS = 5


class Colliding:
    """Dials the appliance as soon as that has dialled it, and confirms neither connection before the appliance has
    answered both OPENs: a collision, and before either is Established. There is none where the appliance took the
    second connection before it knew that its own stood: then it gives up its own."""

    def __init__(self, router_id):
        self.router_id = router_id
        self.speaker = None
        self.answered = None  # both connections of a round
        self.collided = set()  # sessions

    def __call__(self, session):
        if not session.dialled:
            self.answered = threading.Barrier(2)
            self.speaker.dial(SELF)
        answered = self.answered
        session.send(open_message(64512, 90, self.router_id))
        answer = session.receive(10) and session.receive(10)
        if not answer:
            answered.abort()
            return
        try:
            answered.wait(10)
            self.collided.add(session)
        except threading.BrokenBarrierError:
            pass
        if answer and answer.kind == KEEPALIVE:
            session.send(message(KEEPALIVE))
            first = session.receive(10)
            if first and first.kind == UPDATE:
                session.established = time.monotonic()
        session.read_on()


def lab_of_two_connections_at_once_the_one_of_the_higher_identifier_stays(lab):
    lower, higher = [f"low{number}" for number in range(4)], [f"high{number}" for number in range(4)]
    rack = Rack(lab, *lower, *higher)
    speakers = {}
    for host in (*lower, *higher):
        behaviour = Colliding("10.0.0.1" if host in lower else "10.200.0.1")
        behaviour.speaker = speakers[host] = Speaker(rack.hosts[host], rack.addresses[host], behaviour)
    rack.start(*SERVICES, bgp_speaker(), *(peer(address, 64512, 64513, ConnectMode="Both", DampPeerOscillations=False)
                                           for address in rack.addresses.values()))
    for number in range(1, ROUNDS + 1):
        for host, speaker in speakers.items():
            session = speaker.session(number=number)
            check("the one that the higher identifier dialled stays", session.dialled == (host in higher) or
                  session not in speaker.behaviour.collided, [one.dialled for one in speaker.sessions])
            wait_until("the other is closed", lambda: len(rack.connections(rack.addresses[host])) == 1)
            wait_until("it has the route", lambda: session.routes == {ROUTE})
        if number < ROUNDS:
            for speaker in speakers.values():
                speaker.session(number=number).socket.shutdown(socket.SHUT_RDWR)
    for host, speaker in speakers.items():
        lost = [one.of_kind(NOTIFICATION) for one in speaker.behaviour.collided if not one.established]
        check("who lost was told that it was a collision", all(
            [tuple(last.body[:2]) for last in told] == [(6, 7)] for told in lost), lost)
        check("one session a round is counted", rack.peer(rack.addresses[host])["EstablishedCount"] == ROUNDS)
    collisions = sum(len(speaker.behaviour.collided) for speaker in speakers.values()) // 2
    check("there were collisions", collisions >= len(speakers) * ROUNDS // 2, collisions)


def lab_routers_that_dial_and_are_dialled_have_one_session(lab):
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host], [Neighbor(SELF, 64513)]).start()
               for host, kind in KINDS.items()}
    rack.start(*SERVICES, bgp_speaker(), *(peer(address, 64512, 64513, ConnectMode="Both")
                                           for address in rack.addresses.values()))
    for number in range(4):
        for host, router in routers.items():
            router.wait_established(SELF, 30).wait_route(ROUTE, 20)
            wait_until("there is one connection", lambda: len(rack.connections(rack.addresses[host])) == 1)
        before = rack.sessions(*rack.addresses.values())
        never("a session moves", lambda: rack.sessions(*rack.addresses.values()) != before, 0.5, every=0.1)
        if number < 3:
            rack.appliance.restart()
            routers["openbgpd"].bgpctl("neighbor", SELF, "up")  # it waits ever longer after each end


def lab_routers_dial_us_where_we_wait(lab):
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host], [Neighbor(SELF, 64513)]).start()
               for host, kind in KINDS.items()}
    rack.start(*SERVICES, bgp_speaker(), *(peer(address, 64512, 64513, ConnectMode="Passive")
                                           for address in rack.addresses.values()))
    for router in routers.values():
        router.wait_established(SELF, 30).wait_route(ROUTE)
    check("each came to our port", all(local.endswith(":179") for local, _ in rack.connections()), rack.connections())


def lab_routers_that_wait_are_dialled(lab):
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host], [Neighbor(SELF, 64513, passive=True)]
                          ).start() for host, kind in KINDS.items()}
    rack.start(*SERVICES, *(peer(address, 64512, 64513) for address in rack.addresses.values()))
    for router in routers.values():
        router.wait_established(SELF, 30).wait_route(ROUTE)
    check("each was dialled", all(far.endswith(":179") for _, far in rack.connections()), rack.connections())


def lab_a_router_is_dialled_at_its_port_from_the_address_that_was_told(lab):
    rack = Rack(lab, "tor")
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"],
                [Neighbor("10.126.77.11", 64513, passive=True, own_port=1790)]).start()
    rack.start(*SERVICES, peer(rack.addresses["tor"], 64512, 64513, PeerPort=1790, LocalAddress="10.126.77.11"),
               more_addresses=["10.126.77.11/24"])
    bird.wait_established("10.126.77.11").wait_route(ROUTE)
    check("routes lead to that address", bird.routes()[ROUTE].next_hop == "10.126.77.11", bird.routes())


def lab_it_listens_where_it_was_told_and_to_nobody_else(lab):
    rack = Rack(lab, "tor", "stranger", ipv6=True)
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"], [Neighbor(SELF6, 64513, port=1790)]).start()
    rack.start(*SERVICES, bgp_speaker(ListenAddress=SELF6, ListenPort=1790, RouterId="192.0.2.7"),
               peer(rack.addresses6["tor"], 64512, 64513, ConnectMode="Passive"))
    bird.wait_established(SELF6, 30).wait_route(ROUTE)
    check("with the identifier that it was told", "192.0.2.7" in bird.shown(SELF6), bird.shown(SELF6))
    heard = rack.namespace.run("ss", "-H", "-l", "-t", "-n").stdout
    check("at that address and port alone", len(heard.splitlines()) == 1 and f"[{SELF6}]" in heard
          and ":1790" in heard, heard)

    def words_to_a_stranger():
        with socket.create_connection((SELF6, 1790), 3) as connection:
            connection.settimeout(3)
            return connection.recv(100)
    try:
        said = rack.hosts["stranger"].inside(words_to_a_stranger)
    except ConnectionError:
        said = b""
    check("a stranger is told nothing", said == b"", said)

    # Without the resource nothing listens; the session that stands, stays.
    before = rack.sessions(rack.addresses6["tor"])
    rack.change(*SERVICES, bgp_speaker(ListenAddress=SELF6, ListenPort=1791, RouterId="192.0.2.7"),
                peer(rack.addresses6["tor"], 64512, 64513, ConnectMode="Passive"))
    wait_until("it listens elsewhere", lambda: ":1791" in rack.namespace.run("ss", "-H", "-l", "-t", "-n").stdout)
    check("and the session stands", rack.sessions(rack.addresses6["tor"]) == before)
