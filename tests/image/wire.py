"""The cable of a guest's port: what is on it, with its VLAN tag, and a host that the lab plays at its other end.

All by hand, in packet sockets on the port's tap: the kernel of the machine that runs the labs may know no VLANs.
"""
import collections
import socket
import struct
import threading
import time

Frame = collections.namedtuple("Frame", "when vlan octets")  # vlan: None without a tag; octets: without it

_ETH_P_ALL, _ETH_P_IP, _ETH_P_ARP, _ETH_P_8021Q = 3, 0x0800, 0x0806, 0x8100
_SOL_PACKET, _PACKET_AUXDATA, _PACKET_OUTGOING = 263, 8, 4
_TP_STATUS_VLAN_VALID = 1 << 4
_AUXDATA = struct.Struct("IIIHHHH")
_ALL = b"\xff" * 6
_ECHO_REQUEST, _ECHO_REPLY = 8, 0


class Wire:
    """What the guest sends, from now on, in `frames`; send() is as if it came in by the port."""

    def __init__(self, lab, namespace, tap):
        self.frames = []
        self._socket = namespace.inside(
            lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL)))
        self._socket.bind((tap, _ETH_P_ALL))
        self._socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        self._socket.settimeout(0.2)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        lab.at_end(self._stop)

    def send(self, octets, vlan=None):
        tag = b"" if vlan is None else struct.pack("!HH", _ETH_P_8021Q, vlan)
        self._socket.send(octets[:12] + tag + octets[12:])

    def announcements(self, address, since=0.0):
        """The VLANs in which the guest has announced an IPv4 address by gratuitous ARP, one entry a frame."""
        arp = struct.pack("!HHHBB", _ETH_P_ARP, 1, _ETH_P_IP, 6, 4)
        own = socket.inet_aton(address)
        return [frame.vlan for frame in list(self.frames) if frame.when >= since and frame.octets[12:20] == arp
                and frame.octets[28:32] == frame.octets[38:42] == own]

    def _stop(self):
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _read(self):
        while not self._ended.is_set():
            try:
                octets, ancillary, _, sender = self._socket.recvmsg(1 << 16, 64)
            except TimeoutError:
                continue
            if sender[2] == _PACKET_OUTGOING:
                continue
            vlan = None
            for level, kind, data in ancillary:
                if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
                    status, _, _, _, _, tag, _ = _AUXDATA.unpack(data)
                    vlan = tag & 0xfff if status & _TP_STATUS_VLAN_VALID else None
            self.frames.append(Frame(time.monotonic(), vlan, octets))


class Station:
    """A host at the other end of a wire: it asks, in its VLAN or another, and does nothing of itself.

    Each question comes from a MAC address of its own, by which a late answer to an earlier one is told apart.
    """

    _questions = 0

    def __init__(self, wire, address):
        self.wire = wire
        self.address = socket.inet_aton(address)

    def arp(self, address, vlan=None, seconds=2.0):
        """Asks for an address: the MAC address that answers and the VLAN of the answer, or nothing."""
        own, target = self._next_mac(), socket.inet_aton(address)
        head = struct.pack("!HHHBBH", _ETH_P_ARP, 1, _ETH_P_IP, 6, 4, 1)
        answer = self._ask(_ALL + own + head + own + self.address + bytes(6) + target, vlan, seconds,
                           lambda octets: octets[:6] == own and octets[12:14] == head[:2] and octets[28:32] == target)
        return answer and (answer.octets[22:28].hex(":"), answer.vlan)

    def ping(self, address, vlan=None, octets=84, seconds=2.0):
        """Sends an echo request as a packet of so many octets: whether it came back whole, in the same VLAN."""
        found = self.arp(address, vlan, seconds)
        if not found:
            return False
        own = self._next_mac()
        echo = struct.pack("!BBH", _ECHO_REQUEST, 0, 0) + own[2:] + bytes(octets - 28)
        echo = echo[:2] + _checksum(echo) + echo[4:]
        head = struct.pack("!BBHHHBBH", 0x45, 0, octets, 0, 0x4000, 64, socket.IPPROTO_ICMP, 0) + self.address + \
            socket.inet_aton(address)
        head = head[:10] + _checksum(head) + head[12:]
        frame = bytes.fromhex(found[0].replace(":", "")) + own + struct.pack("!H", _ETH_P_IP) + head + echo
        reply = struct.pack("!BB", _ECHO_REPLY, 0)
        answer = self._ask(frame, vlan, seconds,
                           lambda octets: octets[34:36] == reply and octets[38:42] == echo[4:8])
        return bool(answer) and answer.vlan == vlan and len(answer.octets) == 14 + octets

    def _next_mac(self):
        Station._questions += 1
        return struct.pack("!HI", 0x0200, Station._questions)

    def _ask(self, octets, vlan, seconds, is_answer):
        """Every fifth of a second, until an answer is there."""
        seen, end = len(self.wire.frames), time.monotonic() + seconds
        while time.monotonic() < end:
            self.wire.send(octets, vlan)
            again = time.monotonic() + 0.2
            while time.monotonic() < again:
                for frame in self.wire.frames[seen:]:
                    seen += 1
                    if is_answer(frame.octets):
                        return frame
                time.sleep(0.01)
        return None


def _checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)
