"""What has brought other speakers down: the kinds of octets behind published faults, each in messages of our own making.
The clause says what a sound reaction is; the name of the case says what went wrong elsewhere."""
from octets import (EXTENDED, IPV6_UNICAST, MARKER, OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL, UPDATE, WELL_KNOWN,
                    address, as4_path, as_path, attribute, capabilities, capability, extended_open, keepalive,
                    message, mp_reach, mp_unreach, next_hop, notification, open_message, origin, parameter,
                    reach_value, sequence, u16, u8, update, usual_capabilities, well_formed)
from sheet import ROUTE, ROUTE6, Sheet, route

sheet = Sheet("incident")
WITHDRAW, DISCARD, ACCEPT, IGNORED = "treat-as-withdraw", "attribute-discard", "accept", "accept-nlri-ignored"
HOP6 = address("2001:db8::2")


def opening(name, octets, expect, why, *alternatives):
    sheet.add(name, octets, expect, why, *alternatives, state="OpenSent")


# -- OPEN: lengths inside lengths.

opening("extended-header-of-two-octets", open_message(b"\xff\0\2\2\2", length=255), "notify 2/0",
        "RFC 9072 section 2 (CVE-2022-40302: an assertion, two octets left for a header of three)")
opening("extended-header-of-one-octet", open_message(b"\xff\0\1\2", length=255), "notify 2/0",
        "RFC 9072 section 2 (CVE-2022-40318)")
opening("parameters-of-255-in-29-octets", open_message(length=255), "notify 2/0",
        "RFC 4271 section 6.2 (CVE-2022-43681: read beyond the message)")
opening("open-of-28-octets", message(1, b"\4" + bytes(8)), "notify 1/2 data=001c",
        "RFC 4271 section 6.1 (an assertion in FRR)")
opening("fqdn-lengths-beyond", open_message(capabilities(*usual_capabilities(65001), capability(73, b"\xff\xff"))), ACCEPT,
        "RFC 5492 section 3: not ours to read (out-of-bounds reads in FRR)")
opening("software-version-of-nothing", open_message(capabilities(*usual_capabilities(65001), capability(75, b"\0"))), ACCEPT,
        "RFC 5492 section 3 (CVE-2025-43971: a panic in GoBGP)")
opening("capability-length-wraps", open_message(parameter(2, b"\x41\xfe" + bytes(4))), "notify 2/0", "RFC 5492 section 4")
opening("orf-length-ahead", open_message(capabilities(*usual_capabilities(65001), capability(3, b"\0\1\0\1\xff"))), ACCEPT,
        "RFC 5492 section 3 (CVE-2023-41360)")
opening("parameters-nested-zero-lengths", open_message(*[parameter(2)] * 127), ACCEPT, "RFC 5492 section 4")
opening("extended-4000-empty-parameters", extended_open(*[parameter(2, extended=True)] * 1300), ACCEPT,
        "RFC 9072 section 2: nothing in them to be slow about")
opening("graceful-restart-and-no-more", open_message(capabilities(capability(64))), "notify 2/0", "RFC 4724 section 3",
        ACCEPT)

# -- UPDATE: section lengths, and prefixes taken from where there are none.

sheet.add("prefixes-without-attributes", update(nlri=["10.9.0.0/16"]), WITHDRAW,
          "RFC 7606 section 3 (d) (CVE-2023-41358: prefixes processed with no attributes)")
sheet.add("only-an-unknown-attribute", update([attribute(OPTIONAL_TRANSITIVE, 200, b"\1")], ROUTE), WITHDRAW,
          "RFC 7606 section 3 (d) (CVE-2023-46753)")
sheet.add("unreach-and-prefixes", update([mp_unreach(IPV6_UNICAST)], ROUTE), WITHDRAW,
          "RFC 7606 section 3 (d) (CVE-2023-47234)")
sheet.add("three-octets-taken-for-end-of-rib", update([attribute(OPTIONAL_TRANSITIVE, 200)], ROUTE), WITHDRAW,
          "RFC 7606 section 3 (d) (CVE-2023-47235)")
sheet.add("next-hop-longer-than-its-attribute", update([attribute(OPTIONAL, 14, reach_value(
    IPV6_UNICAST, HOP6[:8], hop_length=32))] + well_formed(), ROUTE), "notify 3/9", "RFC 7606 section 7.11 (CVE-2023-46752)")
sheet.add("zero-octets-of-attributes-then-garbage", message(UPDATE, bytes(4) + b"\xf5\xf5\xf5"), "notify 3/10",
          "RFC 7606 section 5.3")
sheet.add("section-lengths-underflow", message(UPDATE, u16(0xFFFE) + u16(2) + b"\0\0"), "notify 3/1",
          "RFC 4271 section 6.3 (CVE-2026-37462: sixteen bits wrap around)")
sheet.add("withdraw-must-step-to-the-prefixes", [update([*well_formed(without=(1,)), attribute(WELL_KNOWN, 1, bytes(9))],
                                                        ["10.1.0.0/16", "10.2.0.0/16"]), route()], WITHDRAW,
          "RFC 7606 section 4 (errata 7.3/006 of OpenBGPD, FRR 70ff940fd1: the step over a bad attribute)")
sheet.add("next-hop-of-no-octets", update([*well_formed(without=(3,)), attribute(WELL_KNOWN, 3)], ROUTE), WITHDRAW,
          "RFC 7606 section 7.3 (CVE-2026-30405)")
sheet.add("next-hop-of-two-octets", update([*well_formed(without=(3,)), attribute(WELL_KNOWN, 3, b"\x0a\0")], ROUTE), WITHDRAW,
          "RFC 7606 section 7.3 (CVE-2026-30405)")
sheet.add("as4-path-before-as-path", update([as4_path(b"\2\xff" + bytes(3)), *well_formed(four_octet=False)], ROUTE), DISCARD,
          "RFC 6793 section 6 (CVE-2026-41643: an index out of range)", four_octet=False)
sheet.add("zero-length-next-hop-of-ipv6", update([mp_reach(IPV6_UNICAST, b"", ROUTE6), *well_formed()]), "notify 3/9",
          "RFC 7606 section 7.11")

# -- Attributes that went around the world.

sheet.add("attribute-255", route(attribute(OPTIONAL_TRANSITIVE, 255, bytes(32))), ACCEPT,
          "RFC 4271 section 5 (CVE-2019-5892: an experiment of 2018)")
sheet.add("attribute-28-in-transit", route(attribute(OPTIONAL_TRANSITIVE | PARTIAL, 28, b"\0\1")), ACCEPT,
          "RFC 4271 section 5 (2 June 2023)")
sheet.add("attribute-99-of-3000-octets", route(attribute(OPTIONAL_TRANSITIVE | EXTENDED | PARTIAL, 99, b"\xa5" * 3000)),
          ACCEPT, "RFC 4271 section 5 (August 2010)")
sheet.add("prepended-252-times", update([origin(), as_path(sequence(*[65001] * 252), flags=WELL_KNOWN | EXTENDED),
                                      next_hop()], ROUTE), ACCEPT,
          "RFC 4271 section 5.1.2 (February 2009)")
sheet.add("path-of-1000-numbers", update([origin(), attribute(WELL_KNOWN | EXTENDED, 2, sequence(*[65001] * 250) * 4),
                                          next_hop()], ROUTE), ACCEPT, "RFC 7606 section 7.2 (paths beyond fixed buffers)",
          WITHDRAW)
sheet.add("only-to-customer-of-1024-octets", [route(attribute(OPTIONAL_TRANSITIVE | EXTENDED, 35, bytes(1024))), route()],
          WITHDRAW, "RFC 9234 section 5 (24 October 2025)")
for name, kind in (("encapsulation", 23), ("prefix-sid", 40)):
    for what, value in {"zeros": bytes(16), "tlv-overruns": b"\0\1\xff\xff", "of-one-octet": b"\1", "empty": b""}.items():
        sheet.add(f"{name}-{what}", [route(attribute(OPTIONAL_TRANSITIVE, kind, value)), route()], DISCARD,
                  "RFC 9012 section 13, RFC 8669 section 6 (CVE-2023-38802, CVE-2024-31948, CVE-2024-44070, 20 May 2025)",
                  ACCEPT, WITHDRAW)
sheet.add("next-hop-capability-underflow", route(attribute(OPTIONAL_TRANSITIVE, 39, u16(1) + u8(1) + b"\0")), ACCEPT,
          "RFC 4271 section 5 (CVE-2026-37459)", DISCARD, WITHDRAW)
sheet.add("ipv6-extended-community-short", [route(attribute(OPTIONAL_TRANSITIVE, 25, bytes(7))), route()], WITHDRAW,
          "RFC 7606 section 7.15 (CVE-2026-37461)")
sheet.add("redirect-of-eight-octets", route(attribute(OPTIONAL_TRANSITIVE, 16, b"\x80\x0b" + bytes(6))), ACCEPT,
          "RFC 4360 section 2 (CVE-2025-43973: read as twenty)")
sheet.add("aigp-of-one-octet", route(attribute(OPTIONAL, 26, b"\1")), DISCARD, "RFC 7311 section 3 (read beyond it in FRR)")
sheet.add("attributes-21-and-25", [route(attribute(OPTIONAL_TRANSITIVE, 21, b"\0\1"),
                                         attribute(OPTIONAL_TRANSITIVE, 25, bytes(9))), route()], WITHDRAW,
          "RFC 7606 section 7.15 (CVE-2023-40457)")
sheet.add("three-hundred-attributes", route(*[attribute(OPTIONAL_TRANSITIVE, 41 + number % 214, b"") for number in range(300)]),
          DISCARD, "RFC 7606 section 3 (g) (a count of eight bits in OpenBGPD)")
sheet.add("thousand-empty-attributes", update([attribute(OPTIONAL, 60)] * 1300, ROUTE), WITHDRAW,
          "RFC 7606 section 3 (d) and (g)")
sheet.add("encapsulation-repeated", [route(attribute(OPTIONAL_TRANSITIVE, 23, u16(1) + u16(0)))] * 5, ACCEPT,
          "RFC 4271 section 5 (FRR 1238ac4a06: freed and used)")

# -- Families that nobody negotiated.

for name, octets in {"flowspec-of-length-0": mp_reach((1, 133), b"", [b"\0"]),
                     "flowspec-ipv6-of-length-0": mp_reach((2, 133), b"", [b"\0"]),
                     "flowspec-operator-at-the-end": mp_reach((1, 133), b"", [b"\3\1\x18\x0a"]),
                     "flowspec-extended-length-cut-off": mp_reach((1, 133), b"", [b"\xf0"]),
                     "vpn-route-distinguisher-cut-off": mp_reach((1, 128), bytes(12), [b"\x70\0\0\1"]),
                     "evpn-length-beyond": mp_reach((25, 70), bytes(4), [b"\2\xff\0"]),
                     "bgp-ls-length-beyond": mp_reach((16388, 71), bytes(4), [b"\0\1\xff\xff"])}.items():
    sheet.add(name, update([octets, *well_formed(without=(3,))]), IGNORED, "RFC 4760 section 7")

# -- Messages and streams.

sheet.add("capability-message-cut-off", message(6, b"\0\1"), "notify 1/3 data=06",
          "RFC 4271 section 6.1 (CVE-2022-37032: a message shorter than its fixed part)")
sheet.add("notification-length-lies", MARKER + u16(4096) + u8(3) + b"\6\2" + bytes(10), "survive",
          "what is not there yet is waited for (CVE-2017-15865: memory echoed by a length)")
sheet.add("update-error-echoes-no-more-than-came", update([attribute(WELL_KNOWN, 1, b"\0\0")], withdrawn=ROUTE),
          "notify 3/5 data=4001020000", "RFC 4271 section 6.3 (CVE-2017-15865)")
sheet.add("shutdown-text-fills-the-message", notification(6, 2, b"\xff" + b"A" * (4096 - 22)), "close",
          "RFC 9003 section 2 (CVE-2019-16159: a stack overrun)")
sheet.add("format-characters-in-text", notification(6, 4, b"\x10%s%n%x%p%s%n%x%p"), "close", "RFC 9003 section 4")
sheet.add("keepalive-flood", keepalive(), ACCEPT, "RFC 4271 section 4.4: too often is no error", repeat=5000)
sheet.add("malformed-flood", route(attribute(OPTIONAL, 4, b"\0")), WITHDRAW, "RFC 7606 section 8: the log must bear it",
          repeat=1000)
sheet.add("header-only-updates", message(UPDATE, bytes(4)), ACCEPT, "RFC 4724 section 2: each is an End-of-RIB", repeat=500)

CASES = sheet.cases
