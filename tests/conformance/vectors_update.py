"""UPDATE as a whole: its lengths, its prefixes, and what RFC 7606 says of several faults, of duplicates and of missing
attributes. Attribute by attribute: vectors_attribute.py."""
from octets import (EXTENDED, IPV6_UNICAST, OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL, TRANSITIVE, UPDATE, WELL_KNOWN,
                    address, aggregator, as_path, atomic_aggregate, attribute, communities, message, mp_reach,
                    mp_unreach, multi_exit_disc, next_hop, origin, sequence, u16, u32, update, well_formed)
from sheet import ROUTE, ROUTE6, Sheet, route

sheet = Sheet("update")
HOP6 = address("2001:db8::2")

# -- The two lengths (RFC 4271 section 6.3): 3/1 where they do not fit the message.

BODY = {"withdrawn-1-beyond": u16(1) + u16(0), "withdrawn-65535": u16(65535) + u16(0),
        "withdrawn-leaves-one-octet": u16(1) + b"\0" + b"\0",
        "withdrawn-takes-the-other-length": u16(2) + u16(0), "attributes-1-beyond": u16(0) + u16(1),
        "attributes-65535": u16(0) + u16(65535), "attributes-overrun": u16(0) + u16(5) + origin(),
        "both-overrun": u16(4) + bytes(4) + u16(9) + origin(), "withdrawn-overruns-into-attributes":
        u16(9) + u16(4) + origin()}
for name, octets in BODY.items():
    sheet.either(f"lengths-{name}", lambda _, octets=octets: message(UPDATE, octets), "notify 3/1",
               "RFC 4271 section 6.3: Withdrawn Routes Length + Total Attribute Length + 23 exceeds the message")
sheet.add("lengths-attributes-too-short", update(well_formed(), ROUTE, attributes_length=4), "notify 3/10",
          "what follows ORIGIN is taken for prefixes, and is none", "notify 3/1", "treat-as-withdraw")

# -- Prefixes (RFC 4271 section 6.3, RFC 7606 section 5.3): 3/10 where the field does not parse.

BAD_PREFIXES = {"33-bits": b"\x21\x0a\0\0\1\0", "255-bits": b"\xff" + bytes(32), "128-bits": b"\x80" + bytes(16),
                "8-without-octet": b"\x08", "9-with-one-octet": b"\x09\x0a", "24-with-two": b"\x18\x0a\0",
                "32-with-three": b"\x20\x0a\0\0", "1-without-octet": b"\x01",
                "second-cut-off": b"\x08\x0a\x10\x0a", "last-of-many-cut-off": b"\x18\x0a\0\1" * 100 + b"\x18\x0a"}
for name, octets in BAD_PREFIXES.items():
    sheet.add(f"nlri-{name}", update(well_formed(), [octets]), "notify 3/10", "RFC 7606 section 5.3")
    sheet.add(f"withdrawn-{name}", update(withdrawn=[octets]), "notify 3/10", "RFC 7606 section 5.3")
sheet.either("nlri-and-withdrawn-unsound", lambda internal: update(well_formed(internal), [b"\x21"], [b"\x21"]),
           "notify 3/10", "RFC 7606 section 5.3")
for name, prefixes in {"default": ["0.0.0.0/0"], "host": ["198.51.100.7/32"], "with-bits-beyond": [b"\x09\x0a\xff"],
                       "twice": ROUTE * 2, "multicast": ["224.0.0.0/4"], "loopback": ["127.0.0.0/8"],
                       "class-e": ["240.0.0.0/4"], "every-length": [f"0.0.0.0/{bits}" for bits in range(33)]}.items():
    sheet.add(f"nlri-{name}", route(nlri=prefixes), "accept",
              "RFC 4271 section 6.3: syntactically correct; what it means is the table's business")

# -- Shapes of sound messages.

sheet.either("end-of-rib", lambda _: update(), "accept", "RFC 4724 section 2")
sheet.either("withdrawal", lambda _: update(withdrawn=ROUTE), "accept", "RFC 4271 section 4.3")
sheet.both("announcement", lambda internal: route(internal=internal), "accept", "RFC 4271 section 4.3")
sheet.either("withdrawal-beside-announcement", lambda internal: update(well_formed(internal), ROUTE, ["203.0.113.0/24"]),
           "accept", "RFC 4271 section 4.3")
sheet.either("same-prefix-withdrawn-and-announced", lambda internal: update(well_formed(internal), ROUTE, ROUTE), "accept",
           "RFC 4271 section 4.3: as if it were announced only")
sheet.either("attributes-without-prefixes", lambda internal: update(well_formed(internal)), "accept",
           "there is nothing that they could be wrong about")
sheet.either("attributes-beside-withdrawal", lambda internal: update(well_formed(internal), withdrawn=ROUTE), "accept",
           "RFC 4271 section 4.3")
sheet.both("attributes-in-reverse-order", lambda internal: update(well_formed(internal)[::-1], ROUTE), "accept",
           "RFC 4271 section 5: the receiver must take them out of order")
sheet.both("attributes-with-extended-lengths", lambda internal: update(
    [attribute(one[0] | EXTENDED, one[1], one[3:]) for one in well_formed(internal)], ROUTE), "accept",
    "RFC 4271 section 4.3: two octets of length, also where one would do")
sheet.both("low-flag-bits-set", lambda internal: update(
    [bytes([one[0] | 0x0F]) + one[1:] for one in well_formed(internal)], ROUTE), "accept",
    "RFC 4271 section 4.3: they are ignored")
sheet.both("partial-bit-of-well-known-set", lambda internal: update(
    [bytes([one[0] | PARTIAL]) + one[1:] for one in well_formed(internal)], ROUTE), "accept",
    "RFC 7606 section 3 (c) names Optional and Transitive only")

# -- Attributes that do not end where all of them do (RFC 7606 section 4): the prefixes are found, and withdrawn.

OVERRUNS = {"one-octet-left": b"\x40", "two-octets-left": b"\x80\x04", "extended-with-one-octet-of-length": b"\x90\x04\0",
            "value-one-octet-short": attribute(OPTIONAL, 4, bytes(3), length=4),
            "length-255": attribute(OPTIONAL, 4, bytes(4), length=255),
            "length-65535": attribute(OPTIONAL | EXTENDED, 4, bytes(4), length=65535),
            "of-unknown-type": attribute(OPTIONAL_TRANSITIVE, 222, bytes(2), length=3),
            "of-well-known": attribute(WELL_KNOWN, 6, length=1)}
for name, octets in OVERRUNS.items():
    sheet.either(f"overrun-{name}", lambda internal, octets=octets: [route(octets, internal=internal),
                                                                   route(internal=internal)],
               "treat-as-withdraw", "RFC 7606 section 4")
    sheet.add(f"overrun-{name}-without-nlri", update([*well_formed(), octets]), "notify 3/5",
              "RFC 7606 section 5.2: with nothing to withdraw the session is reset", "notify 3/1")
for name, whole in (("mp-reach", mp_reach(IPV6_UNICAST, HOP6, ROUTE6)), ("mp-unreach", mp_unreach(IPV6_UNICAST, ROUTE6))):
    sheet.either(f"overrun-of-{name}", lambda internal, whole=whole: route(whole[:-1], internal=internal), "notify 3/9",
               "RFC 7606 section 5.3: its prefixes cannot be found", "notify 3/1")
sheet.add("overrun-from-the-first-attribute", update([attribute(WELL_KNOWN, 1, b"\0", length=200)], ROUTE),
          "treat-as-withdraw", "RFC 7606 section 4")
sheet.add("overrun-attributes-of-one-octet", update([b"\x40"], ROUTE), "treat-as-withdraw", "RFC 7606 section 4")

# -- A mandatory attribute is missing (RFC 7606 section 3 (d)).

for missing in (1, 2, 3):
    sheet.both(f"missing-{missing}", lambda internal, missing=missing: route(internal=internal, without=(missing,)),
               "treat-as-withdraw", "RFC 7606 section 3 (d)")
sheet.add("missing-local-pref", route(internal=True, without=(5,)), "treat-as-withdraw",
          "RFC 4271 section 5.1.5: internal peers send it", internal=True)
sheet.both("missing-all", lambda _: update(nlri=ROUTE), "treat-as-withdraw", "RFC 7606 section 3 (d)")
sheet.either("missing-all-beside-withdrawal", lambda _: update(nlri=ROUTE, withdrawn=["203.0.113.0/24"]),
           "treat-as-withdraw", "RFC 7606 section 3 (d)")
sheet.both("missing-next-hop-is-none-beside-mp-reach", lambda internal: update(
    [mp_reach(IPV6_UNICAST, HOP6, ROUTE6), *well_formed(internal, without=(3,))]), "accept",
    "RFC 4760 section 3: the next hop is in the attribute")
sheet.both("missing-origin-beside-mp-reach", lambda internal: update(
    [mp_reach(IPV6_UNICAST, HOP6, ROUTE6), *well_formed(internal, without=(1, 3))]), "treat-as-withdraw",
    "RFC 7606 section 3 (d)")

# -- Twice (RFC 7606 section 3 (g)): the first one counts, whatever the second is like; MP attributes reset.

for name, twice in {"origin": origin(1), "origin-malformed": origin(7), "as-path": as_path(sequence(65001)),
                    "as-path-malformed": as_path(b"\2\3\0"), "next-hop": next_hop("10.0.0.9"),
                    "next-hop-of-wrong-length": attribute(WELL_KNOWN, 3, b"\x0a")}.items():
    sheet.add(f"twice-{name}", route(twice), "attribute-discard", "RFC 7606 section 3 (g)")
for name, twice in {"med": multi_exit_disc(), "communities": communities(65001 << 16 | 5), "atomic": atomic_aggregate(),
                    "unknown": attribute(OPTIONAL_TRANSITIVE, 201, b"abc"), "aggregator": aggregator(65001)}.items():
    sheet.either(f"twice-{name}", lambda internal, twice=twice: route(twice, twice, internal=internal),
               "attribute-discard", "RFC 7606 section 3 (g)")
sheet.add("twice-the-first-malformed", update([origin(8), *well_formed()], ROUTE), "treat-as-withdraw",
          "RFC 7606 section 3 (g): the first one counts")
sheet.add("a-hundred-times", route(*[multi_exit_disc()] * 100), "attribute-discard", "RFC 7606 section 3 (g)")
for name, twice in {"reach": mp_reach(IPV6_UNICAST, HOP6, ROUTE6), "unreach": mp_unreach(IPV6_UNICAST, ROUTE6),
                    "reach-of-another-family": mp_reach((1, 128), bytes(12)),
                    "unreach-of-another-family": mp_unreach((25, 65))}.items():
    sheet.either(f"twice-mp-{name}", lambda internal, twice=twice: route(twice, twice, internal=internal), "notify 3/1",
               "RFC 7606 section 3 (g)")

# -- Several faults (RFC 7606 section 3 (h)): the strongest treatment.

BAD_MED = attribute(OPTIONAL, 4, bytes(5))
BAD_ATOMIC = attribute(WELL_KNOWN, 6, b"\0")
sheet.both("discard-and-withdraw", lambda internal: route(BAD_ATOMIC, BAD_MED, internal=internal), "treat-as-withdraw",
           "RFC 7606 section 3 (h)")
sheet.either("withdraw-and-discard", lambda internal: route(BAD_MED, BAD_ATOMIC, internal=internal), "treat-as-withdraw",
           "RFC 7606 section 3 (h)")
sheet.both("withdraw-and-reset", lambda internal: route(BAD_MED, mp_unreach(IPV6_UNICAST, [b"\xff"]), internal=internal),
           "notify 3/9", "RFC 7606 section 3 (h)")
sheet.either("withdraw-and-bad-nlri", lambda internal: update([*well_formed(internal), BAD_MED], [b"\x21"]), "notify 3/10",
           "RFC 7606 section 3 (h)")
sheet.either("many-withdraws", lambda internal: update([origin(9), as_path(b"\2"), next_hop("0.0.0.0"), BAD_MED], ROUTE),
           "treat-as-withdraw", "RFC 7606 section 3 (h)")

# -- Nothing to withdraw (RFC 7606 section 5.2): the session is reset with the subcode and data of the fault.

for name, octets, code in (("origin-length", attribute(WELL_KNOWN, 1, bytes(2)), "3/5"), ("origin-value", origin(3), "3/6"),
                           ("origin-flags", origin(flags=OPTIONAL_TRANSITIVE), "3/4"),
                           ("as-path", as_path(b"\2\2" + u32(65001)), "3/11"), ("med-length", BAD_MED, "3/5"),
                           ("communities-length", attribute(OPTIONAL_TRANSITIVE, 8, bytes(6)), "3/5"),
                           ("local-pref-length", attribute(WELL_KNOWN, 5, bytes(3)), "3/5")):
    for where, withdrawn in (("", ()), ("-beside-withdrawal", ROUTE)):
        sheet.add(f"no-nlri-{name}{where}", update([octets], withdrawn=withdrawn),
                  f"notify {code} data={octets.hex()}", "RFC 7606 section 5.2; RFC 4271 section 6.3 for the data",
                  internal=name == "local-pref-length")
sheet.add("no-nlri-but-mp-unreach", update([mp_unreach(IPV6_UNICAST, ROUTE6), BAD_MED]),
          f"notify 3/5 data={BAD_MED.hex()}", "RFC 7606 section 5.2")
sheet.add("no-nlri-discard", update([BAD_ATOMIC], withdrawn=ROUTE), "attribute-discard",
          "RFC 7606 section 5.2 is about treat-as-withdraw only")
sheet.add("nlri-in-mp-reach", [update([mp_reach(IPV6_UNICAST, HOP6, ROUTE6), *well_formed(without=(3,)), BAD_MED])],
          "treat-as-withdraw", "RFC 7606 section 5.2: there is something to withdraw")

# -- Attributes that nobody knows (RFC 4271 section 5, section 6.3).

for kind in (0, 11, 30, 99, 254, 255):
    whole = attribute(TRANSITIVE, kind, b"xyz")
    sheet.either(f"well-known-of-type-{kind}", lambda internal, whole=whole: route(whole, internal=internal),
               f"notify 3/2 data={whole.hex()}", "RFC 4271 section 6.3: the data is the attribute")
for name, whole in {"empty": attribute(TRANSITIVE, 77), "long": attribute(TRANSITIVE | EXTENDED, 77, bytes(300)),
                    "not-transitive": attribute(0, 77, b"a")}.items():
    sheet.add(f"well-known-unknown-{name}", route(whole), f"notify 3/2 data={whole.hex()}", "RFC 4271 section 6.3")
for kind, name, flags in ((0, "transitive", OPTIONAL_TRANSITIVE), (41, "non-transitive", OPTIONAL),
                          (99, "partial", OPTIONAL_TRANSITIVE | PARTIAL), (240, "non-transitive", OPTIONAL),
                          (254, "transitive", OPTIONAL_TRANSITIVE), (254, "non-transitive", OPTIONAL),
                          (255, "transitive", OPTIONAL_TRANSITIVE), (255, "partial", OPTIONAL_TRANSITIVE | PARTIAL)):
    sheet.add(f"optional-of-type-{kind}-{name}", route(attribute(flags, kind, b"\0\1\2")), "accept",
              "RFC 4271 section 5: passed on or ignored, and never judged")
sheet.add("optional-unknown-empty", route(attribute(OPTIONAL_TRANSITIVE, 250)), "accept", "RFC 7606 section 3 (e)")
sheet.add("optional-unknown-of-4000-octets", route(attribute(OPTIONAL_TRANSITIVE | EXTENDED, 99, bytes(4000))), "accept",
          "RFC 4271 section 5")
UNKNOWN = [kind for kind in range(42, 256) if kind != 128]
sheet.both("optional-unknown-of-every-type", lambda internal: route(
    *[attribute(OPTIONAL_TRANSITIVE, kind, b"\0") for kind in UNKNOWN], internal=internal), "accept",
    "RFC 4271 section 5")

CASES = sheet.cases
