"""Peers that no appliance should have and every appliance meets: behaviours for bgp_speaker.Speaker, and two that need
no speaker at all."""
import os
import socket
import struct
import threading
import time

from bgp_speaker import MARKER, open_message

AS_NUMBER = 64512


def silent(session):
    """Takes the connection, and never says a word."""
    session.read_on()


def garbage(session):
    """Answers with octets that are no message."""
    session.send(b"\x00" + os.urandom(4095))
    session.read_on()


def in_the_middle_of_a_header(session):
    """Closes after ten octets of its first message."""
    session.receive(10)
    session.send(MARKER[:10])


def in_the_middle_of_an_open(session):
    """Closes when half of its OPEN is out."""
    session.receive(10)
    whole = open_message(AS_NUMBER, 90, session.socket.getsockname()[0])
    session.send(whole[:len(whole) // 2])


def resets(session):
    """Takes the connection and resets it at once."""
    session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def huge_length(session):
    """Announces a message of 65,535 octets, and sends on and on, whatever it is told."""
    session.send(MARKER + struct.pack("!HB", 65535, 1) + bytes(1000))
    session.receive(5)
    while not session.ended:
        session.send(bytes(16384))
        session.receive(0.05)


def one_octet_at_a_time(session):
    """An OPEN that drips in, and never gets done."""
    for octet in open_message(AS_NUMBER, 90, session.socket.getsockname()[0])[:-1]:
        session.send(bytes([octet]))
        time.sleep(0.2)
    session.read_on()


def swallow_connections(namespace, address):
    """From now on a SYN to the address is neither answered nor refused: the queue of its listener is full."""
    def listen():
        listener = socket.socket()
        listener.bind((address, 179))
        listener.listen(0)
        filler = socket.create_connection((address, 179), timeout=5)
        return listener, filler
    return namespace.inside(listen)


class SynWatch:
    """Notes when a SYN for the port of BGP comes in on an interface: {address: [when, …]}."""

    _TCP, _SYN, _ACK, _ETHERNET_IPV4 = 6, 0x02, 0x10, 0x0800

    def __init__(self, namespace, interface):
        self.seen = {}
        self._socket = namespace.inside(lambda: self._open(interface))
        threading.Thread(target=self._read, daemon=True).start()

    def _open(self, interface):
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self._ETHERNET_IPV4))
        packets.bind((interface, self._ETHERNET_IPV4))
        return packets

    def _read(self):
        while True:
            try:
                packet = self._socket.recv(2048)
            except OSError:  # the interface is gone: the lab is at its end
                return
            header = (packet[0] & 15) * 4
            flags = packet[header + 13]
            if packet[9] == self._TCP and flags & self._SYN and not flags & self._ACK and \
                    packet[header + 2:header + 4] == b"\x00\xb3":
                self.seen.setdefault(socket.inet_ntoa(packet[16:20]), []).append(time.monotonic())
