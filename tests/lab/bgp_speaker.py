"""A BGP speaker in plain Python, for what no real router does: it shows every message with its time, and behaves as
badly as a lab wants.

    router = Speaker(namespace, "10.126.77.101", Honest(asn=64512, hold_time=15))
    session = router.session()              waits until one is Established
    session.wait_for(NOTIFICATION).body     what came, and `.when` (monotonic)
    session.routes                          the host routes that it was told of and not taken back

A behaviour is called with each connection that is taken in, in a thread of its own; the connection ends with it. It
lives in the lab's process, its sockets in the namespace.
"""
import collections
import ipaddress
import select
import socket
import struct
import threading
import time

from harness import LabFailure, wait_until

OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
MARKER = b"\xff" * 16
AS_TRANS = 23456
_TCP_MD5SIG = 14  # linux/tcp.h

Message = collections.namedtuple("Message", "when kind body")


def message(kind, body=b""):
    """The octets of a message (RFC 4271 section 4.1)."""
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def open_message(asn, hold_time, router_id):
    """An OPEN with the capabilities that routers have: IPv4 unicast, route refresh, four-octet AS."""
    capabilities = b"\x01\x04\x00\x01\x00\x01" + b"\x02\x00" + b"\x41\x04" + struct.pack("!I", asn)
    parameters = bytes([2, len(capabilities)]) + capabilities
    return message(OPEN, struct.pack("!BHH4sB", 4, asn if asn < 65536 else AS_TRANS, hold_time,
                                     socket.inet_aton(router_id), len(parameters)) + parameters)


def update_message(prefixes, asn, next_hop):
    """An UPDATE that announces IPv4 prefixes, in the attributes that every eBGP speaker sends."""
    attributes = (b"\x40\x01\x01\x00" + b"\x40\x02\x06\x02\x01" + struct.pack("!I", asn) +
                  b"\x40\x03\x04" + socket.inet_aton(next_hop))
    routes = b"".join(_octets_of(prefix) for prefix in prefixes)
    return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + routes)


def _octets_of(prefix):
    network = ipaddress.IPv4Network(prefix)
    return bytes([network.prefixlen]) + network.network_address.packed[:(network.prefixlen + 7) // 8]


def prefixes_of(octets):
    """The prefixes of a withdrawn-routes or NLRI field."""
    prefixes, offset = [], 0
    while offset < len(octets):
        length = octets[offset]
        size = (length + 7) // 8
        address = socket.inet_ntoa(octets[offset + 1:offset + 1 + size].ljust(4, b"\0"))
        prefixes.append(f"{address}/{length}")
        offset += 1 + size
    return prefixes


class Session:
    """One connection, and all that came over it."""

    def __init__(self, connected_socket, dialled=False):
        self.socket = connected_socket
        self.dialled = dialled   # by us; else taken in
        self.opened = time.monotonic()
        self.established = None  # when
        self.ended = None        # when the other side closed or reset it
        self.messages = []
        self.withdrawn = []      # prefixes, in order
        self.routes = set()
        self._buffer = b""

    # -- for behaviours

    def send(self, octets):
        self.socket.sendall(octets)

    def receive(self, seconds):
        """The next message; nothing where none comes in that time, or none will come any more."""
        end = time.monotonic() + seconds
        while not self._whole():
            left = end - time.monotonic()
            if self.ended or left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            self._fill()
        return self._take()

    def read_on(self, seconds=3600.0):
        """Takes in what comes until the other side ends the connection."""
        end = time.monotonic() + seconds
        while not self.ended and time.monotonic() < end:
            self.receive(end - time.monotonic())

    # -- for labs

    def of_kind(self, kind):
        return [message for message in list(self.messages) if message.kind == kind]

    def wait_for(self, kind, seconds=10.0, number=1):
        """The message of that kind, or the second, or third … one."""
        wait_until(f"message {number} of type {kind}",
                   lambda: len(self.of_kind(kind)) >= number or self.ended, seconds)
        found = self.of_kind(kind)
        if len(found) < number:
            raise LabFailure(f"the connection ended before message {number} of type {kind} came; there came "
                             f"{[(message.kind, message.body) for message in self.messages[-5:]]}")
        return found[number - 1]

    def wait_ended(self, seconds=10.0):
        return wait_until("the other side ends the connection", lambda: self.ended, seconds)

    def _whole(self):
        return len(self._buffer) >= 19 and len(self._buffer) >= struct.unpack_from("!H", self._buffer, 16)[0]

    def _fill(self):
        try:
            octets = self.socket.recv(1 << 16)
        except OSError:
            octets = b""
        self._buffer += octets
        if not octets:
            self.ended = time.monotonic()

    def _take(self):
        length, kind = struct.unpack_from("!HB", self._buffer, 16)
        taken = Message(time.monotonic(), kind, self._buffer[19:length])
        self._buffer = self._buffer[length:]
        if kind == UPDATE:
            self._note(taken.body)
        self.messages.append(taken)
        return taken

    def _note(self, update):
        withdrawn_size, = struct.unpack_from("!H", update)
        attributes_size, = struct.unpack_from("!H", update, 2 + withdrawn_size)
        withdrawn = prefixes_of(update[2:2 + withdrawn_size])
        self.withdrawn += withdrawn
        self.routes = (self.routes - set(withdrawn)) | set(prefixes_of(update[4 + withdrawn_size + attributes_size:]))


class Honest:
    """Opens a session as it should, sends `feed` (messages), and keeps it alive; with keepalives=False it falls silent
    once Established, and with reads=False it takes nothing in from then on."""

    def __init__(self, asn, hold_time=90, feed=(), keepalives=True, reads=True, router_id=None):
        self.asn = asn
        self.router_id = router_id  # else the address that it speaks from
        self.hold_time = hold_time
        self.feed = feed
        self.keepalives = keepalives
        self.reads = reads

    def __call__(self, session):
        router_id = self.router_id or session.socket.getsockname()[0]
        session.send(open_message(self.asn, self.hold_time, router_id))
        its_open = session.receive(10)
        if its_open is None or its_open.kind != OPEN:
            return
        session.send(message(KEEPALIVE))
        if session.receive(10) is None or session.messages[-1].kind != KEEPALIVE:
            return
        session.established = time.monotonic()
        for octets in self.feed:
            session.send(octets)
        if not self.keepalives:
            session.read_on()
            return
        negotiated = min(self.hold_time, struct.unpack_from("!H", its_open.body, 3)[0])
        while not session.ended:
            self._wait(session, negotiated / 3 if negotiated else 3600.0)
            if negotiated and not session.ended:
                session.send(message(KEEPALIVE))

    def _wait(self, session, seconds):
        if self.reads:
            session.read_on(seconds)
        else:
            time.sleep(seconds)


def sign(connection, far_end, password):
    """From now on, TCP's MD5 signatures (RFC 2385) between this socket and that IPv4 address."""
    peer = struct.pack("!HH4s", 0, 0, socket.inet_aton(far_end)).ljust(128, b"\0")
    peer = struct.pack("=H", socket.AF_INET) + peer[2:]
    option = peer + struct.pack("=BBHi80s", 0, 0, len(password), 0, password.encode())
    connection.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG, option)


class Speaker:
    """Listens at an address of a namespace, on the port of BGP, and lets each connection meet the behaviour.

    With `signed=(far end, password)`, over signed connections only.
    """

    def __init__(self, namespace, address, behaviour, receive_buffer=None, signed=None):
        self.namespace = namespace
        self.address = address
        self.signed = signed
        self.behaviour = behaviour
        self.sessions = []
        self.faults = []
        self._socket = namespace.inside(lambda: self._listen(address, receive_buffer))
        threading.Thread(target=self._accept, daemon=True).start()

    def dial(self, far_end, port=179):
        """A connection of our own, which meets the behaviour as those that are taken in do."""
        connection = self.namespace.inside(lambda: socket.create_connection((far_end, port), 5, (self.address, 0)))
        connection.settimeout(None)
        return self._begin(Session(connection, dialled=True))

    def sign_anew(self, password):
        """Another password, for the connections that stand and for those to come."""
        self.signed = (self.signed[0], password)
        for connection in [self._socket, *(session.socket for session in self.sessions if not session.ended)]:
            sign(connection, *self.signed)

    def _listen(self, address, receive_buffer):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer is not None:  # what is accepted inherits it; the kernel raises it to its least
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if self.signed:
            sign(listener, *self.signed)
        listener.bind((address, 179))
        listener.listen()
        return listener

    def session(self, seconds=20.0, number=1):
        """The first connection that became Established, or the second, or third … one; waits for it."""
        wait_until(f"session {number} is Established", lambda: len(self.established()) >= number, seconds)
        return self.established()[number - 1]

    def established(self):
        return [session for session in list(self.sessions) if session.established]

    def _accept(self):
        while True:
            self._begin(Session(self._socket.accept()[0]))

    def _begin(self, session):
        self.sessions.append(session)
        threading.Thread(target=self._meet, args=(session,), daemon=True).start()
        return session

    def _meet(self, session):
        try:
            self.behaviour(session)
        except OSError:  # the other side ended it while we spoke
            session.ended = session.ended or time.monotonic()
        finally:
            session.socket.close()
