"""How long from a cut that nobody's carrier tells of to the end of the session, by BFD.

The far end's port of the bridge between is set down, so that our carrier stays. Ours ends with our NOTIFICATION, or with
the end of the TCP connection, as it leaves our interface; BIRD's with its withdrawal at a third router.
"""
import fcntl
import random
import socket
import statistics
import struct
import time

from appliance import bfd_profile, peer
from figures import Figure
from harness import wait_until
from peers import Bfd, Bird as Router, Neighbor
from rack import Rack, SELF
from sink import FAR_ASN, SELF_ASN, Sink
from subjects import route

CUTS = 10  # a round
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP, ETH_P_ALL = 0x8913, 0x8914, 1, 3
FIN_OR_RST, NOTIFICATION = 0x05, 3
FEEDER, FEEDER_ASN, MIDDLE = "10.77.0.2", 64514, "10.77.0.1"


def bench_bfd_failover(lab, rounds):
    figures = []
    for milliseconds in (50, 10):
        beside = bird_figures(lab, milliseconds, rounds * CUTS)
        figures += [*beside, *portreeve_figures(lab, milliseconds, rounds * CUTS, beside)]
    return figures


def both(name, milliseconds, values, beside=(None, None)):
    what = f"{name}: BFD 3 × {milliseconds} ms, cut to the session's end"
    tenth = statistics.quantiles(values, n=10, method="inclusive")[-1]
    return [Figure(what, "ms", values, beside[0]), Figure(f"{what}, 90th percentile", "ms", [tenth], beside[1])]


class Port:
    """Of a bridge; set down and up by a system call, for a program takes too long to start."""

    def __init__(self, namespace, name):
        self.socket = namespace.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.name = name.encode()

    def cut(self):
        began = time.monotonic_ns()
        self._set(False)
        return began

    def mend(self):
        self._set(True)

    def _set(self, up):
        request = bytearray(struct.pack("16sH14x", self.name, 0))
        fcntl.ioctl(self.socket, SIOCGIFFLAGS, request)
        flags, = struct.unpack_from("H", request, 16)
        struct.pack_into("H", request, 16, flags | IFF_UP if up else flags & ~IFF_UP)
        fcntl.ioctl(self.socket, SIOCSIFFLAGS, request)


def portreeve_figures(lab, milliseconds, cuts, beside):
    rack = Rack(lab, f"far{milliseconds}", name=f"portreeve{milliseconds}")
    address, = rack.addresses.values()
    host, = rack.hosts.values()
    Router(lab, host, FAR_ASN, address, [Neighbor(SELF, SELF_ASN, bfd=Bfd(milliseconds, milliseconds, 3))]).start()
    rack.start(bfd_profile("fast", milliseconds), peer(address, FAR_ASN, SELF_ASN, BFDProfile="fast",
                                                             ConnectRetryTimeInSeconds=1))
    port = Port(rack.segment, "port1")
    wire = rack.namespace.inside(lambda: packets_of("eth1"))
    values = []
    for _ in range(cuts):
        wait_until("the session and BFD are up", lambda: rack.peer(address).get("State") == "Established" and
                   rack.bfd(address) == "up", 30)
        time.sleep(1 + random.random() * milliseconds / 1000)
        drain(wire)
        began = port.cut()
        values.append((end_of_session(wire, SELF) - began) / 1e6)
        port.mend()
    rack.appliance.stop()
    return both("portreeve", milliseconds, values, beside)


def packets_of(interface):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.bind((interface, 0))
    wire.settimeout(10)
    return wire


def drain(wire):
    wire.setblocking(False)
    try:
        while True:
            wire.recv(65536)
    except BlockingIOError:
        wire.settimeout(10)


def end_of_session(wire, sender):
    """When a TCP segment of the sender's left that ends its BGP session."""
    octets = socket.inet_aton(sender)
    while True:
        frame = wire.recv(65536)
        when = time.monotonic_ns()
        packet = frame[14:]
        if frame[12:14] != b"\x08\x00" or packet[9] != socket.IPPROTO_TCP or packet[12:16] != octets:
            continue
        segment = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet, 2)[0]]
        payload = segment[(segment[12] >> 4) * 4:]
        if segment[13] & FIN_OR_RST or (len(payload) >= 19 and payload[18] == NOTIFICATION):
            return when


def bird_figures(lab, milliseconds, cuts):
    """A router announces to BIRD, BIRD to the sink; the way to that router is cut."""
    name = f"bird{milliseconds}"
    middle, feeder, far = (lab.namespace(f"{name}-{role}") for role in ("middle", "feeder", "sink"))
    segment = lab.segment(f"{name}-segment", (middle, "eth0"), (feeder, "eth0"))
    lab.connect(middle, "eth1", far, "eth0")
    middle.address("eth0", f"{MIDDLE}/24")
    middle.address("eth1", f"{SELF}/24")
    feeder.address("eth0", f"{FEEDER}/24")
    far.address("eth0", "10.126.77.101/24")
    sink = Sink(lab, far, name, 90, ["10.126.77.101"])
    bfd = Bfd(milliseconds, milliseconds, 3)
    Router(lab, feeder, FEEDER_ASN, FEEDER, [Neighbor(MIDDLE, SELF_ASN, bfd=bfd)], announce=[route(0)],
           name=f"{name}-feeder").start()
    subject = start_middle(lab, middle, name, milliseconds)
    sink.wait_established(1)
    port = Port(segment, "port1")
    values = []
    for _ in range(cuts):
        sink.wait_present(1)
        wait_until("BFD is up", lambda: "Up" in middle.run("birdc", "-s", subject, "show", "bfd", "sessions").stdout, 30)
        time.sleep(1 + random.random() * milliseconds / 1000)
        began = port.cut()
        values.append((sink.wait_present(0)[1] - began) / 1e6)
        port.mend()
    return both("BIRD", milliseconds, values)


def start_middle(lab, namespace, name, milliseconds):
    directory = lab.directory / f"{name}-middle"
    directory.mkdir()
    quick = "connect delay time 1; connect retry time 1; error wait time 1, 2;"
    (directory / "bird.conf").write_text(f"""router id {SELF};
protocol device {{}}
protocol bfd {{ interface "eth0" {{ interval {milliseconds} ms; multiplier 3; }}; }}
protocol bgp feeder {{ local {MIDDLE} as {SELF_ASN}; neighbor {FEEDER} as {FEEDER_ASN}; bfd on; {quick}
  ipv4 {{ import all; export none; }}; }}
protocol bgp sink {{ local {SELF} as {SELF_ASN}; neighbor 10.126.77.101 as {FAR_ASN}; {quick}
  ipv4 {{ import none; export all; }}; }}
""", encoding="ascii")
    namespace.start(f"{name}-bird", "bird", "-f", "-c", directory / "bird.conf", "-s", directory / "ctl", "-P",
                    directory / "pid")
    wait_until("BIRD listens", (directory / "ctl").exists)
    return directory / "ctl"
