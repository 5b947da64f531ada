"""What a message means in which state: RFC 4271 section 8.2.2 with the subcodes of RFC 6608; section 6.4, NOTIFICATION;
and what a NOTIFICATION may carry (RFC 4486, RFC 8538, RFC 9003, RFC 9384)."""
from octets import (MARKER, UPDATE, capabilities, keepalive, message, notification, open_message, origin,
                    route_refresh, update, usual_capabilities)
from sheet import ROUTE, Sheet, route

sheet = Sheet("fsm")
USUAL_OPEN = open_message(capabilities(*usual_capabilities(65001)))

# -- Messages that no state but one expects: 5/1, 5/2, 5/3 with the message type as data.

for name, octets, kind in (("keepalive", keepalive(), 4), ("update", route(), 2), ("end-of-rib", update(), 2),
                           ("malformed-update", update([origin(9)], ROUTE), 2), ("route-refresh", route_refresh(), 5)):
    sheet.add(f"{name}-in-opensent", octets, f"notify 5/1 data={kind:02x}", "RFC 6608 section 4", state="OpenSent")
    if kind != 4:
        sheet.add(f"{name}-in-openconfirm", octets, f"notify 5/2 data={kind:02x}", "RFC 6608 section 4",
                  state="OpenConfirm")
sheet.add("open-in-openconfirm", USUAL_OPEN, "notify 5/2 data=01",
          "RFC 6608 section 4: a second one on the same connection", "notify 6/7", state="OpenConfirm")
sheet.add("open-in-established", USUAL_OPEN, "notify 5/3 data=01", "RFC 6608 section 4")
sheet.add("open-twice-at-once", [USUAL_OPEN, USUAL_OPEN], "notify 5/2 data=01", "RFC 6608 section 4", "notify 6/7",
          state="OpenSent")
sheet.add("malformed-open-in-openconfirm", open_message(version=3), "notify 5/2 data=01",
          "RFC 4271 section 8.2.2, event 22; RFC 6608 section 4", "notify 2/1 data=0004", state="OpenConfirm")
sheet.add("malformed-open-in-established", open_message(hold_time=1), "notify 5/3 data=01", "RFC 6608 section 4")
sheet.add("open-in-established-with-another-as", open_message(asn=65002), "notify 5/3 data=01", "RFC 6608 section 4")

# -- The expected ones.

sheet.add("keepalive-in-openconfirm", keepalive(), "accept", "RFC 4271 section 8.2.2, event 26", state="OpenConfirm")
sheet.add("keepalives-in-openconfirm", [keepalive()] * 2, "accept", "RFC 4271 section 8.2.2", state="OpenConfirm")
sheet.add("keepalive-and-update-at-once", [keepalive(), route()], "accept", "RFC 4271 section 8.2.2",
          state="OpenConfirm")
sheet.add("keepalive-and-malformed-update-at-once", [keepalive(), update([origin(9)], withdrawn=ROUTE)],
          "notify 3/6 data=40010109", "RFC 4271 section 6.3: it is judged in the state that the KEEPALIVE led to",
          state="OpenConfirm")
sheet.add("nothing-in-openconfirm", b"", "accept", "the hold time has not passed", "survive", state="OpenConfirm")
sheet.add("keepalive-in-established", keepalive(), "accept", "RFC 4271 section 8.2.2, event 26")

# -- A header error is one in every state, also within what was expected (see vectors_header.py).

sheet.add("open-then-bad-type", [USUAL_OPEN, message(9)], "notify 1/3 data=09", "RFC 4271 section 8.2.2, event 21",
          state="OpenSent")
sheet.add("keepalive-then-bad-length", [keepalive(), message(4, length=4097)], "notify 1/2 data=1001",
          "RFC 4271 section 8.2.2, event 21", state="OpenConfirm")

# -- NOTIFICATION: the connection ends, and it is never answered (section 6.4, RFC 4271 section 8.2.2, events 24, 25).

NEVER = "RFC 4271 section 6.4: a NOTIFICATION is not answered"
for state in ("OpenSent", "OpenConfirm", "Established"):
    for name, octets in {"cease": notification(6, 2), "version": notification(2, 1, b"\0\3"),
                         "fsm-error": notification(5, 0), "hold-timer": notification(4, 0),
                         "unknown-code": notification(99, 99)}.items():
        sheet.add(f"notification-{name}-in-{state.lower()}", octets, "close", NEVER, state=state)
for name, octets in {
        "code-0": notification(0, 0), "code-255": notification(255, 255, b"\xff" * 100),
        "header-error": notification(1, 2, b"\x10\x01"), "open-error-without-data": notification(2, 1),
        "capability": notification(2, 7, b"\1\4\0\1\0\1"), "capability-cut-off": notification(2, 7, b"\1\xff\0"),
        "update-error": notification(3, 5, b"\x40\1\2\0\0"), "update-error-unknown-subcode": notification(3, 200),
        "max-prefixes": notification(6, 1, b"\0\1\1\0\0\0\x64"), "max-prefixes-cut-off": notification(6, 1, b"\0\1"),
        "shutdown-text": notification(6, 2, b"\x0bmaintenance"), "shutdown-no-text": notification(6, 2, b"\0"),
        "shutdown-text-of-255": notification(6, 2, b"\xff" + b"x" * 255),
        "shutdown-text-overruns": notification(6, 2, b"\x80short"),
        "shutdown-text-underruns": notification(6, 2, b"\x02and more than it says"),
        "shutdown-text-no-utf8": notification(6, 4, b"\4\xc3\x28\xa0\xff"),
        "shutdown-text-with-controls": notification(6, 4, b"\x0c\x1b[2J\r\n\0\7\x7f%s"),
        "shutdown-text-of-nuls": notification(6, 2, b"\x80" + bytes(128)),
        "collision": notification(6, 7), "out-of-resources": notification(6, 8),
        "hard-reset": notification(6, 9, b"\6\2\4text"), "hard-reset-without-data": notification(6, 9),
        "hard-reset-of-one-octet": notification(6, 9, b"\6"), "hard-reset-within-hard-reset": notification(6, 9, b"\6\x09" * 900),
        "bfd-down": notification(6, 10), "cease-unknown-subcode": notification(6, 77),
        "route-refresh-error": notification(7, 1, MARKER), "send-hold": notification(8, 0)}.items():
    sheet.add(f"notification-{name}", octets, "close", NEVER)
for name, octets in {"another": notification(6, 2), "keepalive": keepalive(), "malformed-update": message(UPDATE, b"\xff" * 4),
                     "open": USUAL_OPEN, "garbage": b"\0" * 64, "half-a-header": MARKER}.items():
    sheet.add(f"notification-then-{name}", [notification(6, 4), octets], "close",
              "RFC 4271 section 6.4: nothing behind it counts, nor is answered")
sheet.add("update-then-notification", [route(), notification(6, 2)], "close", NEVER)

CASES = sheet.cases
