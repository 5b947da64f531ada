"""MP_REACH_NLRI and MP_UNREACH_NLRI: RFC 4760, RFC 2545, RFC 7606 sections 5.3, 7.11, 7.12, RFC 8950, RFC 7911."""
from octets import (EXTENDED, IPV4_UNICAST, IPV6_UNICAST, OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL, TRANSITIVE, address,
                    attribute, capability, four_octet_as, mp_reach, mp_unreach, multiprotocol, next_hop, origin,
                    prefix, reach_value, u16, u32, update, well_formed)
from sheet import ROUTE, ROUTE6, Sheet

sheet = Sheet("multiprotocol")
WITHDRAW, ACCEPT, IGNORED = "treat-as-withdraw", "accept", "accept-nlri-ignored"
GLOBAL, LINK_LOCAL = address("2001:db8::2"), address("fe80::2")
OFFER = {"ipv4": (multiprotocol(IPV4_UNICAST), four_octet_as(65001)),
         "ipv6": (multiprotocol(IPV6_UNICAST), four_octet_as(65001))}


def reach6(attribute_octets, internal=False, nlri=()):
    """An UPDATE with that MP_REACH_NLRI; NEXT_HOP only where there are IPv4 prefixes too."""
    return update([attribute_octets, *well_formed(internal, without=() if nlri else (3,))], nlri)


def reach(name, octets, expect, why, *alternatives, **context):
    sheet.either(f"reach-{name}", lambda internal: reach6(octets, internal), expect, why, *alternatives, **context)


def unreach(name, octets, expect, why, *alternatives, **context):
    sheet.either(f"unreach-{name}", lambda _: update([octets]), expect, why, *alternatives, **context)


# -- Sound ones.

reach("ipv6", mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), ACCEPT, "RFC 2545 section 3")
reach("ipv6-with-link-local", mp_reach(IPV6_UNICAST, GLOBAL + LINK_LOCAL, ROUTE6), ACCEPT, "RFC 2545 section 3: 32 octets")
reach("ipv6-link-local-only", mp_reach(IPV6_UNICAST, LINK_LOCAL, ROUTE6), ACCEPT, "RFC 2545 section 3: 16 octets")
reach("ipv6-unspecified-and-link-local", mp_reach(IPV6_UNICAST, bytes(16) + LINK_LOCAL, ROUTE6), ACCEPT,
      "some routers send it; its length is right", WITHDRAW)
reach("ipv6-default", mp_reach(IPV6_UNICAST, GLOBAL, ["::/0"]), ACCEPT, "RFC 4760 section 5")
reach("ipv6-every-length", mp_reach(IPV6_UNICAST, GLOBAL, [f"::/{bits}" for bits in range(0, 129, 8)]), ACCEPT,
      "RFC 4760 section 5")
reach("ipv6-many", mp_reach(IPV6_UNICAST, GLOBAL, [f"2001:db8:{n:x}::/48" for n in range(500)], flags=OPTIONAL | EXTENDED),
      ACCEPT, "RFC 4760 section 5")
reach("ipv6-bits-beyond", mp_reach(IPV6_UNICAST, GLOBAL, [b"\x09\x20\xff"]), ACCEPT,
      "RFC 4271 section 4.3: bits beyond the prefix do not matter")
reach("ipv6-without-prefix", mp_reach(IPV6_UNICAST, GLOBAL), ACCEPT, "RFC 4760 section 3: nothing is announced")
reach("ipv6-reserved-octet-set", mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6, reserved=255), ACCEPT,
      "RFC 4760 section 3: it is ignored")
reach("ipv6-partial", mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6, flags=OPTIONAL | PARTIAL), ACCEPT,
      "RFC 7606 section 3 (c): no conflict with the type", "notify 3/9")
reach("ipv6-beside-next-hop", mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6) + next_hop("0.0.0.0"), ACCEPT,
      "RFC 4760 section 3: NEXT_HOP is ignored there")
sheet.both("reach-ipv6-beside-nlri", lambda internal: reach6(mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), internal, ROUTE),
           ACCEPT, "RFC 7606 section 5.1 binds the sender only")
sheet.both("reach-ipv6-last", lambda internal: update([*well_formed(internal, without=(3,)),
                                                       mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6)]), ACCEPT,
           "RFC 7606 section 5.1: to be first is asked of the sender only")
sheet.both("reach-and-unreach", lambda internal: update(
    [mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), mp_unreach(IPV6_UNICAST, ["2001:db8:2::/48"]),
     *well_formed(internal, without=(3,))]), ACCEPT, "RFC 4760 section 3")
sheet.both("everything-in-one", lambda internal: update(
    [mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), mp_unreach(IPV6_UNICAST, ["2001:db8:2::/48"]), *well_formed(internal)], ROUTE,
    ["203.0.113.0/24"]), ACCEPT, "RFC 7606 section 5.1 binds the sender only")
reach("ipv4", mp_reach(IPV4_UNICAST, address("10.0.0.2"), ROUTE), ACCEPT, "RFC 4760 section 3")
reach("ipv4-without-prefix", mp_reach(IPV4_UNICAST, address("10.0.0.2")), ACCEPT, "RFC 4760 section 3")
for name, hop in (("16", GLOBAL), ("32", GLOBAL + LINK_LOCAL)):
    reach(f"ipv4-with-ipv6-next-hop-of-{name}", mp_reach(IPV4_UNICAST, hop, ROUTE), ACCEPT,
          "RFC 8950 section 4: not negotiated, and dropped either way", "notify 3/9", WITHDRAW)
unreach("ipv6", mp_unreach(IPV6_UNICAST, ROUTE6), ACCEPT, "RFC 4760 section 4")
unreach("ipv6-end-of-rib", mp_unreach(IPV6_UNICAST), ACCEPT, "RFC 4724 section 2")
unreach("ipv6-end-of-rib-extended-length", mp_unreach(IPV6_UNICAST, flags=OPTIONAL | EXTENDED), ACCEPT, "RFC 4724 section 2")
unreach("ipv4", mp_unreach(IPV4_UNICAST, ROUTE), ACCEPT, "RFC 4760 section 4")
unreach("ipv4-end-of-rib", mp_unreach(IPV4_UNICAST), ACCEPT, "RFC 4760 section 4")
sheet.both("unreach-with-attributes", lambda internal: update([mp_unreach(IPV6_UNICAST, ROUTE6), *well_formed(internal)]),
           ACCEPT, "RFC 4760 section 4")
sheet.both("unreach-beside-nlri", lambda internal: update([mp_unreach(IPV6_UNICAST, ROUTE6), *well_formed(internal)], ROUTE),
           ACCEPT, "RFC 7606 section 5.1 binds the sender only")
sheet.both("unreach-beside-nlri-without-attributes", lambda _: update([mp_unreach(IPV6_UNICAST, ROUTE6)], ROUTE), WITHDRAW,
           "RFC 7606 section 3 (d)")

# -- Too short to hold its own fields (RFC 7606 sections 7.11, 7.12).

SHORTEST = reach_value(IPV6_UNICAST, b"")
for length in range(5):
    reach(f"of-{length}-octets", attribute(OPTIONAL, 14, SHORTEST[:length]), "notify 3/9", "RFC 7606 section 7.11")
for length in range(3):
    unreach(f"of-{length}-octets", attribute(OPTIONAL, 15, b"\0\2\1"[:length]), "notify 3/9", "RFC 7606 section 7.12")

# -- The next hop: overrunning, or of a length that the family has not (RFC 7606 section 7.11).

for length in (0, 1, 4, 8, 12, 15, 17, 20, 24, 31, 33, 48, 64):
    reach(f"ipv6-next-hop-of-{length}", mp_reach(IPV6_UNICAST, (GLOBAL * 4)[:length], ROUTE6), "notify 3/9",
          "RFC 7606 section 7.11, RFC 2545 section 3")
for length in (0, 1, 3, 5, 8, 12, 15):
    reach(f"ipv4-next-hop-of-{length}", mp_reach(IPV4_UNICAST, GLOBAL[:length], ROUTE), "notify 3/9",
          "RFC 7606 section 7.11, RFC 4760 section 3")
for name, value in {"by-one": reach_value(IPV6_UNICAST, GLOBAL[:15], hop_length=17),
                    "by-far": reach_value(IPV6_UNICAST, GLOBAL, ROUTE6, hop_length=255),
                    "onto-the-reserved-octet": reach_value(IPV6_UNICAST, GLOBAL[:15], hop_length=16),
                    "of-another-family": reach_value((1, 128), bytes(4), hop_length=12)}.items():
    reach(f"next-hop-overruns-{name}", attribute(OPTIONAL, 14, value), "notify 3/9", "RFC 7606 section 7.11")

# -- Prefixes that do not parse (RFC 7606 section 5.3).

SPOILT = {"129-bits": b"\x81" + bytes(17), "255-bits": b"\xff" + bytes(32), "cut-off": prefix(ROUTE6[0])[:-1],
          "length-only": b"\x40", "last-of-many-cut-off": prefix(ROUTE6[0]) * 20 + b"\x40\x20",
          "128-with-15-octets": b"\x80" + bytes(15)}
for name, octets in SPOILT.items():
    reach(f"ipv6-prefix-{name}", mp_reach(IPV6_UNICAST, GLOBAL, [octets]), "notify 3/9", "RFC 7606 section 5.3")
    unreach(f"ipv6-prefix-{name}", mp_unreach(IPV6_UNICAST, [octets]), "notify 3/9", "RFC 7606 section 5.3")
for name, octets in {"33-bits": b"\x21" + bytes(5), "cut-off": b"\x18\x0a\0", "ipv6": prefix(ROUTE6[0])}.items():
    reach(f"ipv4-prefix-{name}", mp_reach(IPV4_UNICAST, address("10.0.0.2"), [octets]), "notify 3/9",
          "RFC 7606 section 5.3")
    unreach(f"ipv4-prefix-{name}", mp_unreach(IPV4_UNICAST, [octets]), "notify 3/9", "RFC 7606 section 5.3")
# ADD-PATH was not negotiated (RFC 7911 section 4): a path identifier is then read as prefixes, which it is not here.
PATH_ID = u32(0x2A2B2C2D)
reach("path-identifier-ipv6", mp_reach(IPV6_UNICAST, GLOBAL, [PATH_ID + prefix(ROUTE6[0])]), "notify 3/9",
      "RFC 7911 section 4")
sheet.both("path-identifier-ipv4", lambda internal: update(well_formed(internal), [PATH_ID + prefix(ROUTE[0])]),
           "notify 3/10", "RFC 7911 section 4")

# -- Flags: an MP attribute that cannot be trusted cannot be skipped (RFC 7606 section 5.3).

for name, flags in (("well-known", TRANSITIVE), ("transitive", OPTIONAL_TRANSITIVE), ("none", 0)):
    reach(f"flags-{name}", mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6, flags=flags), "notify 3/9", "RFC 7606 section 5.3",
          "notify 3/4")
    unreach(f"flags-{name}", mp_unreach(IPV6_UNICAST, ROUTE6, flags=flags), "notify 3/9", "RFC 7606 section 5.3",
            "notify 3/4")

# -- The data of 3/9 is the attribute (RFC 4271 section 6.3).

WRONG = attribute(OPTIONAL, 14, reach_value(IPV6_UNICAST, GLOBAL[:5], ROUTE6))
sheet.add("data-of-the-error", reach6(WRONG), f"notify 3/9 data={WRONG.hex()}", "RFC 4271 section 6.3, RFC 4760 section 7")

# -- Other attributes spoil these routes as any others.

for name, octets in {"origin": origin(5), "med": attribute(OPTIONAL, 4, bytes(2)),
                     "communities": attribute(OPTIONAL_TRANSITIVE, 8, bytes(3))}.items():
    reach(f"beside-malformed-{name}", octets + mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), WITHDRAW, "RFC 7606 section 7")
sheet.add("reach-without-local-pref", update([mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6), *well_formed(True, without=(3, 5))]),
          WITHDRAW, "RFC 7606 section 3 (d)", internal=True)
sheet.both("reach-alone", lambda _: update([mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6)]), WITHDRAW, "RFC 7606 section 3 (d)")

# -- Families that were not negotiated are ignored, whatever their prefixes look like to us (RFC 4760 section 7).

NOT_OURS = "RFC 4760 section 7: what was not negotiated is ignored, and the session stays"
OTHERS = {"ipv4-multicast": (1, 2), "ipv6-multicast": (2, 2), "ipv4-labeled": (1, 4), "ipv6-labeled": (2, 4),
          "vpnv4": (1, 128), "vpnv6": (2, 128), "vpls": (25, 65), "evpn": (25, 70), "bgp-ls": (16388, 71),
          "flowspec-ipv4": (1, 133), "flowspec-ipv6": (2, 133), "rtc": (1, 132), "sr-policy": (1, 73), "mvpn": (1, 5),
          "afi-0": (0, 0), "afi-65535": (65535, 255), "ipv4-safi-0": (1, 0), "ipv6-safi-255": (2, 255)}
SHAPES = (("", bytes(4), [b"\x70\1\2\3" + bytes(11)]), ("-garbage", b"", [b"\xff\xff\xff"]),
          ("-long-next-hop", bytes(48), [b"\0"]))
for number, (name, family) in enumerate(OTHERS.items()):
    what, hop, nlri = SHAPES[number % len(SHAPES)]
    reach(f"{name}{what}", mp_reach(family, hop, nlri), IGNORED, NOT_OURS)
    if number % 2:
        unreach(name, mp_unreach(family, [b"\xff\0\1"]), IGNORED, NOT_OURS)
    else:
        unreach(f"{name}-end-of-rib", mp_unreach(family), IGNORED, NOT_OURS)
sheet.add("ipv6-where-ipv4-was-negotiated", reach6(mp_reach(IPV6_UNICAST, GLOBAL[:7], [b"\xff"])), IGNORED, NOT_OURS,
          capabilities=OFFER["ipv4"])
sheet.add("ipv6-withdrawn-where-ipv4-was-negotiated", update([mp_unreach(IPV6_UNICAST, [b"\xff"])]), IGNORED, NOT_OURS,
          capabilities=OFFER["ipv4"])
sheet.add("ipv6-where-nothing-was-offered", reach6(mp_reach(IPV6_UNICAST, GLOBAL, ROUTE6)), IGNORED, NOT_OURS,
          capabilities=OFFER["ipv4"][1:])
sheet.add("ipv4-where-ipv6-was-negotiated", update(well_formed(), ROUTE), IGNORED, NOT_OURS, capabilities=OFFER["ipv6"])
sheet.add("ipv4-in-mp-reach-where-ipv6-was-negotiated", reach6(mp_reach(IPV4_UNICAST, b"\1", [b"\x99"])), IGNORED, NOT_OURS,
          capabilities=OFFER["ipv6"])

# -- RFC 8950 where the tester offers it: an IPv6 next hop, whose length must be one.

EXTENDED_HOP = (*OFFER["ipv4"], multiprotocol(IPV6_UNICAST), capability(5, u16(1) + u16(1) + u16(2)))
for length, expect in ((4, ACCEPT), (16, ACCEPT), (32, ACCEPT), (8, "notify 3/9"), (24, "notify 3/9"), (0, "notify 3/9")):
    sheet.add(f"extended-next-hop-of-{length}", reach6(mp_reach(IPV4_UNICAST, (GLOBAL + LINK_LOCAL)[:length] if length != 4
                                                                else address("10.0.0.2"), ROUTE)), expect,
              "RFC 8950 section 4, RFC 7606 section 7.11", capabilities=EXTENDED_HOP)

CASES = sheet.cases
