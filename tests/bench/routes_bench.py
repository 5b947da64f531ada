"""How long until many addresses are in BIRD's table: Portreeve's, and GoBGP's, which announces the same."""
import ipaddress
import re
import socket
import struct
import time

from appliance import MANAGER, NAME, PATH, peer, pool
from figures import Figure
from harness import check, wait_until
from peers import Bird, GoBgp, Neighbor
from rack import Rack, SELF, host_routes

NUMBER = 10000
FIRST = ipaddress.ip_address("10.200.0.0")
ADDRESSES = [str(FIRST + number) for number in range(NUMBER)]
POOL = f"{ADDRESSES[0]}-{ADDRESSES[-1]}"
OUR_ASN, ITS_ASN, BIRDS_ASN = 64513, 64514, 64512


class BirdCounter:
    """Asks BIRD over its socket how many routes came from a neighbour: no program is started, no table walked."""

    def __init__(self, bird, neighbor):
        self.question = f"show protocols all {bird.session(neighbor)}\n".encode()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(bird.control))
        self._answer()

    def count(self):
        self.socket.sendall(self.question)
        return int(re.search(r"Routes:\s+(\d+) imported", self._answer())[1])

    def _answer(self):
        """Up to the line that ends it: a number, a blank."""
        answer = ""
        while not re.search(r"(^|\n)(0\d\d\d|[89]\d\d\d) .*\n$", answer):
            answer += self.socket.recv(1 << 16).decode()
        return answer

    def wait(self, number, what):
        wait_until(f"{what}: {number} routes", lambda: self.count() == number or None, 120, every=0.002)


def bench_ten_thousand_addresses(lab, rounds):
    rack = Rack(lab, "tor", "gobgp")
    bird = Bird(lab, rack.hosts["tor"], BIRDS_ASN, rack.addresses["tor"], [
        Neighbor(SELF, OUR_ASN), Neighbor(rack.addresses["gobgp"], ITS_ASN)]).start()
    gobgp = GoBgp(lab, rack.hosts["gobgp"], ITS_ASN, rack.addresses["gobgp"],
                  [Neighbor(rack.addresses["tor"], BIRDS_ASN)]).start()
    rack.start(pool(POOL), peer(rack.addresses["tor"], BIRDS_ASN, OUR_ASN))
    bird.wait_established(SELF).wait_established(rack.addresses["gobgp"])
    table = routing_table(lab.directory / "routes.mrt", rack.addresses["gobgp"])

    ours, theirs = BirdCounter(bird, SELF), BirdCounter(bird, rack.addresses["gobgp"])
    subjects = {"announced": lambda: portreeve_round(rack, ours, bird, local=False),
                "announced, and taken on lo": lambda: portreeve_round(rack, ours, bird, local=True),
                "gobgp": lambda: gobgp_round(gobgp, theirs, bird, table)}
    values = {name: [] for name in subjects}
    for number in range(rounds):
        # Each is first in turn.
        names = list(subjects)
        for name in names[number % 3:] + names[:number % 3]:
            values[name].append(subjects[name]())
    gobgp_figure = Figure("GoBGP: 10,000 addresses at BIRD, by mrt inject", "ms", values.pop("gobgp"))
    return [gobgp_figure, *(Figure(f"portreeve: 10,000 addresses at BIRD, {name}", "ms", seen, gobgp_figure)
                            for name, seen in values.items())]


def portreeve_round(rack, counter, bird, local):
    names = [f"load/{number}" for number in range(NUMBER)]
    connection = rack.appliance.connection
    request = [(name, {"PoolName": ("s", "compute"), "LocalAddress": ("b", local)}) for name in names]
    octets = connection.prepare(NAME, PATH, MANAGER, "AllocateServices", "a(sa{sv})", request)
    start = time.monotonic()
    connection.socket.sendall(octets)
    counter.wait(NUMBER, "Portreeve")
    taken = time.monotonic() - start
    connection.reply(connection.serial)
    check_table(bird)
    rack.release(names)
    counter.wait(0, "Portreeve's release")
    return taken * 1000


def gobgp_round(gobgp, counter, bird, table):
    start = time.monotonic()
    gobgp.gobgp("mrt", "inject", "global", table)
    counter.wait(NUMBER, "GoBGP")
    taken = time.monotonic() - start
    check_table(bird)
    gobgp.gobgp("global", "rib", "del", "all", "-a", "ipv4")
    counter.wait(0, "GoBGP's deletion")
    return taken * 1000


def check_table(bird):
    check("BIRD has exactly those routes", set(bird.routes()) == host_routes(ADDRESSES))


def routing_table(file, next_hop):
    """The addresses as an MRT dump (RFC 6396), which is the fastest way into GoBGP."""
    def record(subtype, body):
        return struct.pack("!IHHI", 0, 13, subtype, len(body)) + body
    peer_index = (socket.inet_aton(next_hop) + struct.pack("!HH", 0, 1) + b"\x02" +
                  2 * socket.inet_aton(next_hop) + struct.pack("!I", ITS_ASN))
    attributes = b"\x40\x01\x01\x00" + b"\x40\x02\x00" + b"\x40\x03\x04" + socket.inet_aton(next_hop)
    with open(file, "wb") as output:
        output.write(record(1, peer_index))
        # GoBGP's client ends without waiting for the last thousand or so to be sent: they are the same route again.
        for number, address in enumerate(ADDRESSES + ADDRESSES[-1:] * 2000):
            output.write(record(2, struct.pack("!IB", number, 32) + socket.inet_aton(address) +
                                struct.pack("!HHIH", 1, 0, 0, len(attributes)) + attributes))
    return file
