"""The tester: takes in the appliance's connections, knows each case by the address that was dialed, and plays it.

A session that a case leaves alive is shown to be so without waiting: behind the case's octets the tester sends a message
of a type that does not exist. If the appliance answers that one (1/3 with the type as data), it has read and borne all
before it; if something else ends the session, the case did. Whatever the appliance sends is judged by decoder.py.
"""
import asyncio
import socket
import struct

from cases import Verdict
from decoder import Judge, Malformed
from octets import (ENHANCED_REFRESH, IPV4_UNICAST, IPV6_UNICAST, KEEPALIVE, NOTIFICATION, OPEN, keepalive, message,
                    notification, open_message, usual_capabilities)
import octets as words

PROBE_TYPE = 0xEE
PROBE = message(PROBE_TYPE)
ANSWER_TO_PROBE = (1, 3, bytes([PROBE_TYPE]))

# Within this every answer has to come; where the octets end within a message, none may.
ANSWER_SECONDS = 60.0
SILENCE_SECONDS = 1.2

BACKLOG = 4096


class Surprise(Exception):
    """The session did not get as far as the case, or the appliance sent what it should not."""


def shape(stream):
    """Of the octets as headers cut them: "whole" messages, so that one behind them is seen as such; "cut" within one, so
    that the appliance has to wait for more; or "broken", so that it has something to say of a header."""
    at = 0
    while at < len(stream):
        header = stream[at:at + 19]
        if not words.MARKER.startswith(header[:16]):
            return "broken"
        if len(header) < 19:
            return "cut"
        length = struct.unpack_from("!H", header, 16)[0]
        if not 19 <= length <= 4096:
            return "broken"
        at += length
    return "whole" if at == len(stream) else "cut"


class Connection:
    """The tester's end of one session."""

    def __init__(self, reader, writer, case):
        self.reader = reader
        self.writer = writer
        self.case = case
        self.open_parameters = self._parameters()
        families, enhanced = self._offered()
        self.judge = Judge(case.asns, case.four_octet, families, enhanced)

    def _parameters(self):
        offered = self.case.capabilities
        if offered is None:
            offered = usual_capabilities(self.case.asns[1], self.case.four_octet)
        return [words.capabilities(*offered)] if offered else []

    def _offered(self):
        """The families of the tester's OPEN. Where the case itself opens the session, those are not known."""
        if self.case.state == "OpenSent":
            return None, True
        offered = self.case.capabilities
        if offered is None:
            return {IPV4_UNICAST, IPV6_UNICAST}, True
        families = {struct.unpack("!HBB", one[2:])[::2] for one in offered if one[0] == 1}
        return families & {IPV4_UNICAST, IPV6_UNICAST} or {IPV4_UNICAST}, ENHANCED_REFRESH in offered

    async def receive(self):
        """The next message as (type, body); nothing where the appliance has ended the connection."""
        try:
            header = await self.reader.readexactly(19)
            length, kind = struct.unpack_from("!HB", header, 16)
            if header[:16] != words.MARKER or not 19 <= length <= 4096:
                raise Surprise(f"it sent a header {header.hex()}")
            body = await self.reader.readexactly(length - 19)
        except asyncio.IncompleteReadError as end:
            if end.partial:
                raise Surprise(f"it ended within a message: {end.partial.hex()}") from None
            return None
        except ConnectionError:
            return None
        try:
            self.judge.take(kind, body)
        except (Malformed, ValueError) as fault:
            raise Surprise(f"it sent a malformed message ({fault}): type {kind}, {body.hex()}") from None
        return kind, body

    async def expect(self, kind):
        came = await self.receive()
        if came is None or came[0] != kind:
            raise Surprise(f"a message of type {kind} was to come, not {came}")

    def send(self, stream):
        try:
            self.writer.write(stream)
        except ConnectionError:  # what it said before still waits to be read
            pass

    async def send_the_case(self, stream):
        size = self.case.chunk or len(stream) or 1
        for at in range(0, len(stream), size):
            self.send(stream[at:at + size])
            if self.case.chunk:
                await asyncio.sleep(0)


async def play(case, reader, writer):
    """The verdict on one case."""
    connection = Connection(reader, writer, case)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _play(connection, case)
    except TimeoutError:
        return Verdict("silence")
    finally:
        writer.close()


async def _play(connection, case):
    await connection.expect(OPEN)
    if case.state != "OpenSent":
        connection.send(open_message(*connection.open_parameters, asn=case.asns[1]))
        await connection.expect(KEEPALIVE)
    if case.state == "Established":
        connection.send(keepalive())
    stream = case.octets
    its_shape = shape(stream) if stream or case.state != "OpenSent" else "cut"
    if case.state == "Established" and its_shape == "whole":
        return await _play_and_probe(connection, stream)
    await connection.send_the_case(stream)
    if its_shape != "whole":
        may_be_silent = its_shape == "cut" and case.allows(Verdict("silence"))
        return await _wait(connection, SILENCE_SECONDS if may_be_silent else None)
    if case.state == "OpenSent":
        # Taken, the OPEN is answered by a KEEPALIVE; only then is there a session to probe.
        came = await connection.receive()
        if came is None or came[0] == NOTIFICATION:
            return _end(came)
        if came[0] != KEEPALIVE:
            raise Surprise(f"after the OPEN came {came}")
    connection.send(PROBE)
    return await _wait(connection)


async def _play_and_probe(connection, stream):
    """Sends case and probe at once; the table that the appliance owes a new session has to come before the probe's
    answer, so the probe waits for it where the case left the session alive."""
    await connection.send_the_case(stream)
    while not connection.judge.whole_table():
        came = await connection.receive()
        if came is None or came[0] == NOTIFICATION:
            return _end(came)
    connection.send(PROBE)
    return await _wait(connection)


async def _wait(connection, seconds=None):
    """What ends the session; with `seconds`, that nothing did in that time."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                came = await connection.receive()
                if came is None or came[0] == NOTIFICATION:
                    return _end(came)
    except TimeoutError:
        if seconds is None:
            raise
        connection.send(notification(6, 2))
        return Verdict("silence")


def _end(came):
    if came is None:
        return Verdict("close")
    body = came[1]
    said = (body[0], body[1], body[2:])
    return Verdict("lives") if said == ANSWER_TO_PROBE else Verdict("notify", *said)


class Desk:
    """Where the appliance's connections come in: each waits, untouched, until its case is played."""

    def __init__(self, listener, cases_by_address):
        self.listener = listener
        self.cases = cases_by_address
        self.waiting = {}
        self.server = None

    async def open(self):
        self.server = await asyncio.start_server(self._take, sock=self.listener, backlog=BACKLOG)

    def _take(self, reader, writer):
        own = writer.get_extra_info("sockname")[0]
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting[own] = (reader, writer)

    async def everyone(self, seconds=120.0):
        """Waits until there is a connection for each case: the appliance dials all, and they are all in OpenSent."""
        end = asyncio.get_running_loop().time() + seconds
        while self.cases.keys() - self.waiting.keys():
            if asyncio.get_running_loop().time() > end:
                missing = sorted(self.cases.keys() - self.waiting.keys())
                raise Surprise(f"not dialed in {seconds:g} s: {len(missing)} of {len(self.cases)}, as "
                               f"{self.cases[missing[0]].name}")
            await asyncio.sleep(0.02)

    async def play_all(self):
        """All cases at once: {name: verdict or what was surprising}."""
        connections, self.waiting = self.waiting, {}
        names = [self.cases[address].name for address in connections]
        ends = await asyncio.gather(*(play(self.cases[address], *streams) for address, streams in connections.items()),
                                    return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception) and not isinstance(end, Surprise):
                raise end
        return dict(zip(names, ends, strict=True))

    def close(self):
        for _, writer in self.waiting.values():
            writer.close()
        self.server.close()
