"""ARP on the wire, as a neighbour of the appliance sees and sends it: plain packet sockets, no dependencies."""
import collections
import re
import socket
import struct
import threading
import time

from harness import check

_ETHER_TYPE = 0x0806
_REQUEST = 1
_ALL = b"\xff" * 6

Arp = collections.namedtuple("Arp", "when destination operation sender_mac sender target_mac target")


def mac_text(octets):
    return ":".join(f"{octet:02x}" for octet in octets)


def mac_octets(text):
    return bytes(int(part, 16) for part in text.split(":"))


def arping(namespace, address, count=3, interface="eth0"):
    """The MACs that answered `count` requests for the address, one entry an answer."""
    result = namespace.run("arping", "-r", "-c", count, "-W", "0.1", "-i", interface, address, expect=None)
    macs = result.stdout.split()
    check(f"arping understood itself: {result.stderr}", all(re.fullmatch(r"[0-9a-f:]{17}", mac) for mac in macs), macs)
    return macs


class Listener:
    """Every ARP frame that reaches an interface, from now on."""

    def __init__(self, lab, namespace, interface="eth0"):
        self.frames = []
        self._socket = namespace.inside(lambda: _open(interface))
        self._socket.settimeout(0.2)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        lab.at_end(self.stop)

    def stop(self):
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def announcements(self, address):
        """Gratuitous ARP for the address: sender and target are the same."""
        return [frame for frame in list(self.frames) if frame.sender == frame.target == address]

    def _read(self):
        while not self._ended.is_set():
            try:
                octets = self._socket.recv(2048)
            except socket.timeout:
                continue
            if len(octets) < 42 or octets[12:22] != struct.pack("!HHHBBH", _ETHER_TYPE, 1, 0x0800, 6, 4, octets[21]):
                continue
            sender_mac, sender, target_mac, target = struct.unpack("!6s4s6s4s", octets[22:42])
            self.frames.append(Arp(time.monotonic(), mac_text(octets[:6]), octets[21], mac_text(sender_mac),
                                   socket.inet_ntoa(sender), mac_text(target_mac), socket.inet_ntoa(target)))


def claim(namespace, address, mac, interface="eth0"):
    """Announces the address as one of `mac`."""
    _send(namespace, interface, mac, address, address)


def probe(namespace, address, mac, interface="eth0"):
    """Asks as RFC 5227 has a station ask before it takes an address: with no sender address."""
    _send(namespace, interface, mac, "0.0.0.0", address)


def _send(namespace, interface, mac, sender, target):
    frame = struct.pack("!6s6sHHHBBH6s4s6s4s", _ALL, mac_octets(mac), _ETHER_TYPE, 1, 0x0800, 6, 4, _REQUEST,
                        mac_octets(mac), socket.inet_aton(sender), bytes(6), socket.inet_aton(target))
    with namespace.inside(lambda: _open(interface)) as opened:
        opened.send(frame)


def _open(interface):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHER_TYPE))
    opened.bind((interface, _ETHER_TYPE))
    return opened
