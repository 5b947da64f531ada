"""A D-Bus client in plain Python, and a private bus that is set up as the system's is.

Values are Python's: a{sv} is a dict of (signature, value) pairs, a struct is a tuple, an array is a list. A variant that
is received comes as its bare value. Little endian only; no file descriptors.
"""
import collections
import os
import re
import socket
import struct
import time

from harness import LabFailure, TREE, wait_until

_FIXED = {"y": ("B", 1), "n": ("h", 2), "q": ("H", 2), "i": ("i", 4), "u": ("I", 4), "x": ("q", 8), "t": ("Q", 8),
          "d": ("d", 8), "b": ("I", 4), "h": ("I", 4)}
_ALIGNMENT = {**{code: size for code, (_, size) in _FIXED.items()},
              "s": 4, "o": 4, "g": 1, "a": 4, "v": 1, "(": 8, "{": 8}
_CALL, _RETURN, _ERROR, _SIGNAL = 1, 2, 3, 4
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SENDER, _SIGNATURE = range(1, 9)
_HEADER_TYPES = {_PATH: "o", _INTERFACE: "s", _MEMBER: "s", _DESTINATION: "s", _SIGNATURE: "g"}

Signal = collections.namedtuple("Signal", "sender path interface member arguments")

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
    <deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus" send_member="UpdateActivationEnvironment"/>
  </policy>
  <include ignore_missing="no">{policy}</include>
</busconfig>
"""


class BusError(Exception):
    """An error reply: its name and its message."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class PrivateBus:
    """dbus-daemon with the system's rules and the policy file of the image, on a socket of its own."""

    def __init__(self, lab, name="bus", policy=TREE / "image/org.portreeve.Portreeve1.conf"):
        self.lab = lab
        self.name = name
        self.socket = lab.directory / f"{name}.socket"
        self.address = f"unix:path={self.socket}"
        self.configuration = lab.directory / f"{name}.conf"
        self.configuration.write_text(CONFIGURATION.format(
            socket=self.socket, policy=policy), encoding="utf-8")
        self.process = None

    def start(self):
        self.process = self.lab.start(self.name, ["dbus-daemon", f"--config-file={self.configuration}", "--nofork",
                                                  "--nopidfile", "--nosyslog"])
        wait_until("the bus listens", lambda: self._listens() or not self.process.running())
        if not self.process.running():
            raise LabFailure(f"dbus-daemon ended: {self.process.log()}")
        return self

    def stop(self):
        self.process.stop()
        self.socket.unlink(missing_ok=True)

    def _listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0


class Connection:
    """One client of a bus. Signals that come in while it waits for a reply are kept, in order, in `signals`."""

    def __init__(self, address):
        path = re.match(r"unix:path=([^,;]+)", address)[1]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.buffer = b""
        self.serial = 0
        self.signals = collections.deque()
        self.replies = {}
        self._authenticate()
        self.unique_name, = self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")

    def close(self):
        self.socket.close()

    def call(self, destination, path, interface, method, signature="", *arguments, seconds=30.0):
        """Sends a call and waits for its reply: the list of what it returns. Raises BusError."""
        return self.reply(self.send(destination, path, interface, method, signature, *arguments), seconds)

    def send(self, destination, path, interface, method, signature="", *arguments):
        """Sends a call and does not wait: what it returns is for reply()."""
        self.socket.sendall(self.prepare(destination, path, interface, method, signature, *arguments))
        return self.serial

    def prepare(self, destination, path, interface, method, signature="", *arguments):
        """The octets of the next call, for who measures time and sends them himself."""
        self.serial += 1
        fields = [(_PATH, path), (_INTERFACE, interface), (_MEMBER, method), (_DESTINATION, destination)]
        body = _Writer()
        if signature:
            fields.append((_SIGNATURE, signature))
            for kind, argument in zip(_split(signature), arguments, strict=True):
                body.put(kind, argument)
        head = _Writer()
        for kind, value in zip("yyyyuu", (ord("l"), _CALL, 0, 1, len(body.octets), self.serial)):
            head.put(kind, value)
        head.put("a(yv)", [(field, (_HEADER_TYPES[field], value)) for field, value in fields])
        head.align(8)
        return bytes(head.octets + body.octets)

    def reply(self, serial, seconds=30.0):
        end = time.monotonic() + seconds
        while serial not in self.replies:
            self._receive(end)
        name, values = self.replies.pop(serial)
        if name is not None:
            raise BusError(name, values[0] if values else "")
        return values

    def first_answered(self, serials, seconds=30.0):
        """Waits until one of these calls is answered; which."""
        end = time.monotonic() + seconds
        while True:
            for serial in serials:
                if serial in self.replies:
                    return serial
            self._receive(end)

    def subscribe(self, rule):
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", rule)

    def signal(self, member, seconds=10.0):
        """The next signal of that name; earlier others are dropped."""
        end = time.monotonic() + seconds
        while True:
            while self.signals:
                signal = self.signals.popleft()
                if signal.member == member:
                    return signal
            self._receive(end)

    def wait_for_signal(self, seconds):
        """Whether there is one in `signals`, after waiting for it."""
        try:
            end = time.monotonic() + seconds
            while not self.signals:
                self._receive(end)
        except LabFailure:
            pass
        return bool(self.signals)

    def _authenticate(self):
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
        while b"\r\n" not in self.buffer:
            self._fill(time.monotonic() + 10)
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        if not line.startswith(b"OK "):
            raise LabFailure(f"the bus refused us: {line!r}")
        self.socket.sendall(b"BEGIN\r\n")

    def _fill(self, end):
        left = end - time.monotonic()
        if left <= 0:
            raise LabFailure("no answer on the bus in time")
        self.socket.settimeout(left)
        try:
            octets = self.socket.recv(1 << 16)
        except TimeoutError:
            raise LabFailure("no answer on the bus in time") from None
        if not octets:
            raise LabFailure("the bus closed the connection")
        self.buffer += octets

    def _receive(self, end):
        """Takes in one message."""
        while len(self.buffer) < 16:
            self._fill(end)
        body_size, _, fields_size = struct.unpack_from("<III", self.buffer, 4)
        size = (16 + fields_size + 7) // 8 * 8 + body_size
        while len(self.buffer) < size:
            self._fill(end)
        message, self.buffer = self.buffer[:size], self.buffer[size:]
        fields = dict(_Reader(message, 12).get("a(yv)"))
        body = _Reader(message, size - body_size, base=size - body_size)
        values = [body.get(kind) for kind in _split(fields.get(_SIGNATURE, ""))]
        if message[1] in (_RETURN, _ERROR):
            self.replies[fields[_REPLY_SERIAL]] = (fields.get(_ERROR_NAME), values)
        elif message[1] == _SIGNAL:
            self.signals.append(Signal(fields.get(_SENDER), fields[_PATH], fields[_INTERFACE], fields[_MEMBER], values))


def _split(signature):
    """Complete types, one by one."""
    start = 0
    while start < len(signature):
        end = start
        while signature[end] == "a":
            end += 1
        if signature[end] in "({":
            depth = 0
            while True:
                depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(signature[end], 0)
                if depth == 0:
                    break
                end += 1
        yield signature[start:end + 1]
        start = end + 1


class _Writer:
    def __init__(self):
        self.octets = bytearray()

    def align(self, size):
        self.octets += bytes(-len(self.octets) % size)

    def put(self, kind, value):
        code = kind[0]
        if code in _FIXED:
            letter, size = _FIXED[code]
            self.align(size)
            self.octets += struct.pack("<" + letter, value)
        elif code in "so":
            self.put("u", len(value.encode()))
            self.octets += value.encode() + b"\0"
        elif code == "g":
            self.octets += bytes([len(value)]) + value.encode() + b"\0"
        elif code == "v":
            self.put("g", value[0])
            self.put(value[0], value[1])
        elif code == "a":
            self._put_array(kind[1:], value)
        else:
            self.align(8)
            for member, part in zip(_split(kind[1:-1]), value, strict=True):
                self.put(member, part)

    def _put_array(self, kind, value):
        self.put("u", 0)
        place = len(self.octets) - 4
        self.align(_ALIGNMENT[kind[0]])
        start = len(self.octets)
        for part in value.items() if kind[0] == "{" else value:
            self.put(kind, part)
        struct.pack_into("<I", self.octets, place, len(self.octets) - start)


class _Reader:
    def __init__(self, octets, offset, base=0):
        self.octets = octets
        self.offset = offset
        self.base = base  # alignment counts from here

    def align(self, size):
        self.offset += -(self.offset - self.base) % size

    def get(self, kind):
        code = kind[0]
        if code in _FIXED:
            letter, size = _FIXED[code]
            self.align(size)
            value = struct.unpack_from("<" + letter, self.octets, self.offset)[0]
            self.offset += size
            return bool(value) if code == "b" else value
        if code in "sog":
            size = self.get("y" if code == "g" else "u")
            text = self.octets[self.offset:self.offset + size].decode()
            self.offset += size + 1
            return text
        if code == "v":
            return self.get(self.get("g"))
        if code == "a":
            return self._get_array(kind[1:])
        self.align(8)
        return tuple(self.get(member) for member in _split(kind[1:-1]))

    def _get_array(self, kind):
        size = self.get("u")
        self.align(_ALIGNMENT[kind[0]])
        end = self.offset + size
        values = []
        while self.offset < end:
            values.append(self.get(kind))
        return dict(values) if kind[0] == "{" else values
