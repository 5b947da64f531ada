"""The message header: RFC 4271 section 6.1, and the stream that it cuts into messages."""
from octets import (KEEPALIVE, MARKER, NOTIFICATION, OPEN, UPDATE, keepalive, message, notification, open_message,
                    route_refresh, u16, u8, update, well_formed)
from sheet import ROUTE, Sheet, route

sheet = Sheet("header")
STATES = ("OpenSent", "OpenConfirm", "Established")

# -- Marker: all ones, or 1/1. It comes before everything else.

for state in STATES:
    for name, marker in {"begins-with-zero": b"\0" + MARKER[1:], "ends-with-a-bit-less": MARKER[:15] + b"\xfe"}.items():
        sheet.add(f"marker-{name}-{state.lower()}", message(KEEPALIVE, marker=marker), "notify 1/1 data=",
                  "RFC 4271 section 6.1: the Marker is all ones", state=state)
sheet.add("marker-middle-wrong", message(KEEPALIVE, marker=MARKER[:8] + b"\x7f" + MARKER[9:]), "notify 1/1",
          "RFC 4271 section 6.1")
sheet.add("marker-wrong-in-the-second-message", [keepalive(), message(KEEPALIVE, marker=bytes(16))], "notify 1/1",
          "RFC 4271 section 6.1")
sheet.add("marker-and-length-and-type-wrong", message(99, length=5, marker=bytes(16)), "notify 1/1",
          "RFC 4271 section 6.1: the Marker is checked first")
sheet.add("marker-shifted-by-one-octet", b"\xff" + keepalive(), "notify 1/2 data=ff00",
          "RFC 4271 section 6.1: with an octet too many, Length begins with ones")
sheet.add("no-bgp-at-all", b"GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n", "notify 1/1", "RFC 4271 section 6.1",
          state="OpenSent")
sheet.add("no-bgp-a-few-octets", b"QUIT\n", "notify 1/1", "RFC 4271 section 6.1: no more of it can make it a message",
          state="OpenSent")

# -- Length: 19 to 4096, and what the type asks for; else 1/2 with the Length field as data.

for state in STATES:
    for length in (0, 18, 4097, 65535):
        sheet.add(f"length-{length}-{state.lower()}", message(KEEPALIVE, length=length),
                  f"notify 1/2 data={length:04x}", "RFC 4271 section 6.1: Length is 19 to 4096", state=state)
for kind, name, least in ((OPEN, "open", 29), (UPDATE, "update", 23), (NOTIFICATION, "notification", 21)):
    more = ("close",) if kind == NOTIFICATION else ()  # section 6.4: that error cannot be reported
    for length in (19, least - 1):
        for state in STATES:
            sheet.add(f"length-of-{name}-{length}-{state.lower()}", message(kind, bytes(length - 19)),
                      f"notify 1/2 data={length:04x}", "RFC 4271 section 6.1: the least length of its type", *more,
                      state=state)
for length in (20, 23, 4096):
    sheet.add(f"length-of-keepalive-{length}", message(KEEPALIVE, bytes(length - 19)), f"notify 1/2 data={length:04x}",
              "RFC 4271 section 4.4: a KEEPALIVE is 19 octets")
sheet.add("length-65535-and-nothing-more", MARKER + u16(65535) + u8(UPDATE), "notify 1/2 data=ffff",
          "RFC 4271 section 6.1: judged by the header, before a body is awaited")
sheet.add("extended-message-4097", message(UPDATE, bytes(4097 - 19)), "notify 1/2 data=1001",
          "RFC 8654 section 4: longer messages were not negotiated")
sheet.add("extended-message-open", message(OPEN, bytes(4097 - 19)), "notify 1/2 data=1001",
          "RFC 8654 section 4: an OPEN never is", state="OpenSent")
sheet.add("length-and-type-wrong", message(77, length=12), "notify 1/2 data=000c",
          "RFC 4271 section 6.1: Length is checked before Type", "notify 1/3")

# -- Type: 1 to 5; else 1/3 with the Type field as data.

for state in STATES:
    for kind in (0, 6, 255):
        sheet.add(f"type-{kind}-{state.lower()}", message(kind), f"notify 1/3 data={kind:02x}",
                  "RFC 4271 section 6.1: the type is not known", state=state)
sheet.add("type-6-capability-message", message(6, bytes(10)), "notify 1/3 data=06",
          "dynamic capability was not negotiated")
sheet.add("type-wrong-and-4096-octets", message(200, bytes(4096 - 19)), "notify 1/3 data=c8", "RFC 4271 section 6.1")

# -- The stream: messages come in whatever pieces.

FULL = update(well_formed(), [f"10.{n // 250}.{n % 250}.0/24" for n in range(1000)])
sheet.add("update-of-about-4096-octets", FULL, "accept", "RFC 4271 section 4.1")
LARGEST = update(well_formed(), [u8(0)] * (4096 - len(update(well_formed()))))
assert len(LARGEST) == 4096
sheet.add("update-of-4096-octets", LARGEST, "accept", "RFC 4271 section 4.1: the largest message")
sheet.add("update-octet-by-octet", route(), "accept", "TCP has no message boundaries", chunk=1)
sheet.add("update-of-4096-octets-in-pieces", LARGEST, "accept", "TCP has no message boundaries", chunk=97)
sheet.add("keepalive-octet-by-octet", [keepalive()] * 3, "accept", "TCP has no message boundaries", chunk=1)
sheet.add("open-octet-by-octet", open_message(), "accept", "TCP has no message boundaries", chunk=1, state="OpenSent")
sheet.add("many-in-one-segment", keepalive(), "accept", "TCP has no message boundaries", repeat=300)
sheet.add("many-kinds-in-pieces", [keepalive(), route(), route_refresh(), update(), update(withdrawn=ROUTE)] * 20,
          "accept", "TCP has no message boundaries", chunk=53)
sheet.add("many-updates", route(), "accept", "a long stream", repeat=2000)
sheet.add("bad-length-octet-by-octet", message(KEEPALIVE, length=17), "notify 1/2 data=0011", "RFC 4271 section 6.1",
          chunk=1)
sheet.add("cut-within-the-header", keepalive()[:18], "survive", "what is not there yet is waited for")
sheet.add("cut-within-the-body", route()[:-1], "survive", "what is not there yet is waited for")
sheet.add("nothing-of-the-open", b"", "survive", "what is not there yet is waited for", state="OpenSent")
sheet.add("largest-notification", notification(6, 2, bytes(4096 - 21)), "close", "RFC 4271 section 4.5")

CASES = sheet.cases
