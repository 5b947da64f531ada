"""The table of RFC 7606 section 7, and of the RFCs that defined attributes after it, row by row: flags, length, value;
from external and from internal peers. Multiprotocol attributes: vectors_multiprotocol.py; AS numbers of two octets:
vectors_as4.py."""
from octets import (EXTENDED, OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL, TRANSITIVE, WELL_KNOWN, address, aggregator,
                    as_set, atomic_aggregate, attribute, communities, local_pref, multi_exit_disc, next_hop, origin,
                    segment, sequence, u16, u32)
from sheet import Sheet

sheet = Sheet("attribute")
WITHDRAW, DISCARD, ACCEPT = "treat-as-withdraw", "attribute-discard", "accept"
EXTERNAL, INTERNAL = False, True

# -- Flags (RFC 7606 section 3 (c)): type, a sound value, its flags, what is done where they conflict, and who may send it.

FLAGS = (
    ("origin", 1, b"\0", WELL_KNOWN, WITHDRAW, None), ("as-path", 2, sequence(65001), WELL_KNOWN, WITHDRAW, None),
    ("next-hop", 3, address("10.0.0.2"), WELL_KNOWN, WITHDRAW, None), ("med", 4, bytes(4), OPTIONAL, WITHDRAW, None),
    ("local-pref", 5, bytes(4), WELL_KNOWN, WITHDRAW, INTERNAL), ("atomic-aggregate", 6, b"", WELL_KNOWN, WITHDRAW, None),
    ("aggregator", 7, u32(65001) + bytes(4), OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("communities", 8, u32(65001 << 16 | 1), OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("originator-id", 9, bytes([10, 0, 0, 7]), OPTIONAL, WITHDRAW, INTERNAL),
    ("cluster-list", 10, bytes([10, 0, 0, 8]), OPTIONAL, WITHDRAW, INTERNAL),
    ("extended-communities", 16, b"\0\2\xfd\xe9\0\0\0\1", OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("ipv6-extended-communities", 25, bytes(20), OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("aigp", 26, b"\1\0\x0b" + bytes(8), OPTIONAL, DISCARD, None),
    ("large-communities", 32, u32(65001) + bytes(8), OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("only-to-customer", 35, u32(65001), OPTIONAL_TRANSITIVE, WITHDRAW, None),
    ("prefix-sid", 40, b"\1\0\7\0\0\0\0\0\0\1", OPTIONAL_TRANSITIVE, DISCARD, None))
for name, kind, value, flags, treatment, sender in FLAGS:
    for what, bit in (("optional", OPTIONAL), ("transitive", TRANSITIVE)):
        sheet.attribute(f"{name}-flags-{what}-wrong", attribute(flags ^ bit, kind, value), treatment,
                        "RFC 7606 section 3 (c)", replaces=(kind,), internal=sender)
    sheet.attribute(f"{name}-flags-partial", attribute(flags | PARTIAL, kind, value), ACCEPT,
                    "RFC 7606 section 3 (c): no conflict with the type", replaces=(kind,), internal=sender)
    sheet.attribute(f"{name}-extended-length", attribute(flags | EXTENDED, kind, value), ACCEPT,
                    "RFC 4271 section 4.3", replaces=(kind,), internal=sender)

# -- Lengths: type, flags, lengths that are wrong, what is done, who may send it, the clause.

LENGTHS = (
    ("origin", 1, WELL_KNOWN, (0, 2, 255), WITHDRAW, None, "7.1"),
    ("next-hop", 3, WELL_KNOWN, (0, 3, 5, 16), WITHDRAW, None, "7.3"),
    ("med", 4, OPTIONAL, (0, 3, 5, 8), WITHDRAW, None, "7.4"),
    ("local-pref", 5, WELL_KNOWN, (0, 3, 5, 8), WITHDRAW, INTERNAL, "7.5"),
    ("atomic-aggregate", 6, WELL_KNOWN, (1, 4, 255), DISCARD, None, "7.6"),
    ("aggregator", 7, OPTIONAL_TRANSITIVE, (0, 6, 7, 9), DISCARD, None, "7.7"),
    ("communities", 8, OPTIONAL_TRANSITIVE, (0, 3, 5, 255), WITHDRAW, None, "7.8"),
    ("originator-id", 9, OPTIONAL, (0, 3, 5, 8), WITHDRAW, INTERNAL, "7.9"),
    ("cluster-list", 10, OPTIONAL, (0, 3, 5, 7), WITHDRAW, INTERNAL, "7.10"),
    ("extended-communities", 16, OPTIONAL_TRANSITIVE, (0, 7, 9, 12), WITHDRAW, None, "7.14"),
    ("ipv6-extended-communities", 25, OPTIONAL_TRANSITIVE, (0, 8, 19, 21), WITHDRAW, None, "7.15"),
    ("large-communities", 32, OPTIONAL_TRANSITIVE, (0, 8, 11, 13), WITHDRAW, None, "3; RFC 8092 section 6"),
    ("only-to-customer", 35, OPTIONAL_TRANSITIVE, (0, 3, 5, 8), WITHDRAW, None, "3; RFC 9234 section 5"))
for name, kind, flags, lengths, treatment, sender, clause in LENGTHS:
    for length in lengths:
        sheet.attribute(f"{name}-length-{length}", attribute(flags, kind, b"\1" * length), treatment,
                        f"RFC 7606 section {clause}", replaces=(kind,), internal=sender)
for name, octets in {"aigp-0": attribute(OPTIONAL, 26), "aigp-1": attribute(OPTIONAL, 26, b"\1"),
                     "aigp-2": attribute(OPTIONAL, 26, b"\1\0"),
                     "prefix-sid-0": attribute(OPTIONAL_TRANSITIVE, 40),
                     "prefix-sid-2": attribute(OPTIONAL_TRANSITIVE, 40, b"\1\0")}.items():
    sheet.attribute(f"{name}-octets", octets, DISCARD, "RFC 7311 section 3, RFC 8669 section 6: no TLV fits in it")

# -- From external peers some are discarded unread, whatever is in them (RFC 7606 sections 7.5, 7.9, 7.10).

for name, kind, flags in (("local-pref", 5, WELL_KNOWN), ("originator-id", 9, OPTIONAL), ("cluster-list", 10, OPTIONAL)):
    for length in (0, 3, 4, 5, 8):
        sheet.attribute(f"{name}-of-{length}-octets-from-outside", attribute(flags, kind, b"\1" * length), DISCARD,
                        "RFC 7606 sections 7.5, 7.9, 7.10", internal=EXTERNAL)
    sheet.attribute(f"{name}-wrong-flags-from-outside", attribute(flags ^ OPTIONAL, kind, b"\1" * 4), WITHDRAW,
                    "RFC 7606 section 3 (c) and (h)", DISCARD, internal=EXTERNAL)

# -- Sound values.

for name, octets, replaces, sender in (
        ("origin-igp", origin(0), (1,), None), ("origin-egp", origin(1), (1,), None),
        ("origin-incomplete", origin(2), (1,), None), ("med-0", multi_exit_disc(0), (), None),
        ("med-largest", multi_exit_disc(2**32 - 1), (), None), ("local-pref-0", local_pref(0), (5,), INTERNAL),
        ("local-pref-largest", local_pref(2**32 - 1), (5,), INTERNAL), ("atomic-aggregate", atomic_aggregate(), (), None),
        ("aggregator", aggregator(4200000001), (), None), ("aggregator-as-trans", aggregator(23456), (), None),
        ("aggregator-router-0", aggregator(65001, "0.0.0.0"), (), None),
        ("communities-of-every-kind", communities(0, 0xFFFFFF01, 0xFFFF0000, 0xFFFF029A, 0xFFFFFFFF), (), None),
        ("communities-1000", attribute(OPTIONAL_TRANSITIVE | EXTENDED, 8, u32(65001 << 16) * 900), (), None),
        ("communities-twice-the-same", communities(7, 7), (), None),
        ("large-communities", attribute(OPTIONAL_TRANSITIVE, 32, u32(4200000001) * 6), (), None),
        ("extended-communities-of-every-kind", attribute(
            OPTIONAL_TRANSITIVE | EXTENDED, 16, b"".join(bytes([kind, 4]) + bytes(6) for kind in range(256))), (), None),
        ("originator-id", attribute(OPTIONAL, 9, bytes(4)), (), INTERNAL),
        ("cluster-list-of-60", attribute(OPTIONAL, 10, bytes(240)), (), INTERNAL),
        ("only-to-customer", attribute(OPTIONAL_TRANSITIVE, 35, u32(65001)), (), None),
        ("only-to-customer-0", attribute(OPTIONAL_TRANSITIVE, 35, u32(0)), (), None)):
    sheet.attribute(f"{name}-sound", octets, ACCEPT, "RFC 4271 section 5 and the RFC of the attribute",
                    *((WITHDRAW,) if name == "only-to-customer-0" else ()), replaces=replaces, internal=sender)

# -- ORIGIN (section 7.1)

for value in (3, 4, 127, 255):
    sheet.attribute(f"origin-value-{value}", origin(value), WITHDRAW, "RFC 7606 section 7.1: undefined", replaces=(1,))

# -- AS_PATH (section 7.2), in numbers of four octets

LONG = [sequence(*[65001] * 255)] * 3
PATHS = {"empty": (), "one": (sequence(65001),), "set": (sequence(65001), as_set(65002, 65003)),
         "set-only": (as_set(65001, 65002),), "many-segments": [sequence(65001)] * 100,
         "as-trans": (sequence(65001, 23456),), "largest-number": (sequence(65001, 2**32 - 1),),
         "reserved-numbers": (sequence(65001, 65535, 64496, 131071),), "with-our-own-number": (sequence(65001, 65000),),
         "with-ours-first": (sequence(65000, 65001),), "prepended-765-times": LONG,
         "prepended-in-255": (sequence(*[65001] * 255),)}
for name, segments in PATHS.items():
    path = attribute(WELL_KNOWN | EXTENDED, 2, b"".join(segments))
    sheet.attribute(f"as-path-{name}", path, ACCEPT, "RFC 7606 section 7.2: well-formed", replaces=(2,))
SPOILT = {"segment-type-0": segment(0, 65001), "segment-type-5": segment(5, 65001), "segment-type-255": segment(255, 65001),
          "segment-empty": sequence(), "segment-empty-behind-another": sequence(65001) + sequence(),
          "segment-set-empty": as_set(), "segment-overruns": sequence(65001, count=2),
          "segment-overruns-by-far": sequence(65001, count=255), "segment-underruns": sequence(65001, 65002, count=1),
          "one-octet-left": sequence(65001) + b"\2", "one-octet": b"\2", "header-only": b"\2\1",
          "two-octets-left": sequence(65001) + b"\2\1", "number-cut-off": sequence(65001)[:-1],
          "as-0": sequence(0), "as-0-behind": sequence(65001, 0), "as-0-in-a-set": sequence(65001) + as_set(65002, 0),
          "as-0-in-the-last-of-many": sequence(*[65001] * 200, 0), "numbers-of-two-octets": sequence(65001, octets=2),
          "zeros": bytes(6), "confed-sequence": segment(3, 65001), "confed-set": segment(4, 65001),
          "confed-before-a-sequence": segment(3, 64999) + sequence(65001)}
for name, value in SPOILT.items():
    clause = "RFC 7607 section 2" if "as-0" in name else "RFC 5065 section 5" if "confed" in name else "RFC 7606 section 7.2"
    sheet.attribute(f"as-path-{name}", attribute(WELL_KNOWN | EXTENDED, 2, value), WITHDRAW, clause, replaces=(2,))

# -- NEXT_HOP (section 7.3): 4 octets, and the address of a host (RFC 4271 section 6.3)

for hop in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"):
    sheet.attribute(f"next-hop-{hop}", next_hop(hop), WITHDRAW, "RFC 4271 section 6.3: no host has that address",
                    replaces=(3,))
for hop in ("10.0.0.1", "10.0.0.2", "192.0.2.1", "8.8.8.8", "169.254.1.1"):
    sheet.attribute(f"next-hop-{hop}", next_hop(hop), ACCEPT,
                    "RFC 7606 section 7.3: ours or off the link is no error of the message", replaces=(3,))

# -- AGGREGATOR (section 7.7) and AS 0 (RFC 7607 section 2)

sheet.attribute("aggregator-as-0", aggregator(0), DISCARD, "RFC 7607 section 2")

# -- Attributes that announcers have no use for: opaque, but where their own RFC makes their shape a matter of the session.

OPAQUE = {"pmsi-tunnel": attribute(OPTIONAL_TRANSITIVE, 22, b"\0\6\0\0\x10" + bytes(4)),
          "tunnel-encapsulation": attribute(OPTIONAL_TRANSITIVE, 23, u16(8) + u16(4) + b"\1\2\0\0"),
          "bgp-ls": attribute(OPTIONAL, 29, b"\4\0\0\1\0"), "bgpsec-path": attribute(OPTIONAL, 33, bytes(8)),
          "aigp": attribute(OPTIONAL, 26, b"\1\0\x0b" + bytes(8)), "attribute-set": attribute(
              OPTIONAL_TRANSITIVE, 128, u32(65001) + origin()), "entropy-label": attribute(OPTIONAL_TRANSITIVE, 28),
          "traffic-engineering": attribute(OPTIONAL, 24, bytes(36)), "dpa": attribute(OPTIONAL_TRANSITIVE, 11, bytes(6))}
for name, octets in OPAQUE.items():
    sheet.attribute(f"{name}-sound", octets, ACCEPT, "RFC 4271 section 5")
MISSHAPEN = {"tunnel-encapsulation-overrun": attribute(OPTIONAL_TRANSITIVE, 23, u16(8) + u16(400) + b"\1"),
             "tunnel-encapsulation-empty": attribute(OPTIONAL_TRANSITIVE, 23),
             "pmsi-tunnel-of-1-octet": attribute(OPTIONAL_TRANSITIVE, 22, b"\0"),
             "bgp-ls-overrun": attribute(OPTIONAL, 29, b"\4\0\xff\xff"),
             "aigp-tlv-overruns": attribute(OPTIONAL, 26, b"\1\xff\xff\0"),
             "aigp-tlv-of-length-0": attribute(OPTIONAL, 26, b"\1\0\0\0"),
             "prefix-sid-tlv-overruns": attribute(OPTIONAL_TRANSITIVE, 40, b"\1\xff\xff\0"),
             "prefix-sid-zeros": attribute(OPTIONAL_TRANSITIVE, 40, bytes(12)),
             "attribute-set-overrun": attribute(OPTIONAL_TRANSITIVE, 128, b"\0")}
for name, octets in MISSHAPEN.items():
    sheet.attribute(name, octets, ACCEPT, "what is not implemented is opaque (RFC 4271 section 5)", WITHDRAW, DISCARD)

CASES = sheet.cases
