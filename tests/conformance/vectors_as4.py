"""AS numbers of two and of four octets: RFC 6793, with an OLD speaker (which has not the capability) and with a NEW one;
AS 0 in each place (RFC 7607)."""
from octets import (OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL, WELL_KNOWN, aggregator, as4_aggregator, as4_path, as_path,
                    as_set, attribute, segment, sequence, u16, u32, update, well_formed)
from sheet import ROUTE, Sheet, route

sheet = Sheet("as4")
WITHDRAW, DISCARD, ACCEPT = "treat-as-withdraw", "attribute-discard", "accept"


def old(name, octets, expect, why, *alternatives, **more):
    sheet.attribute(f"old-{name}", octets, expect, why, *alternatives, four_octet=False, **more)


def new(name, octets, expect, why, *alternatives, **more):
    sheet.attribute(f"new-{name}", octets, expect, why, *alternatives, **more)


# -- AS_PATH is in the size that was negotiated (RFC 6793 sections 4.1, 4.2).

TWO = {"one": sequence(65001, octets=2), "as-trans": sequence(65001, 23456, octets=2),
       "set": sequence(65001, octets=2) + as_set(65002, 65003, octets=2), "of-255": sequence(*[65001] * 255, octets=2)}
for name, value in TWO.items():
    old(f"as-path-{name}", attribute(WELL_KNOWN | 0x10, 2, value), ACCEPT, "RFC 6793 section 4.2.2", replaces=(2,))
SPOILT = {"numbers-of-four-octets": sequence(65001), "overruns": sequence(65001, count=2, octets=2),
          "empty-segment": sequence(octets=2), "one-octet-left": sequence(65001, octets=2) + b"\2",
          "unknown-segment": segment(9, 65001, octets=2), "as-0": sequence(65001, 0, octets=2),
          "confed": segment(3, 65001, octets=2)}
for name, value in SPOILT.items():
    old(f"as-path-{name}", attribute(WELL_KNOWN, 2, value), WITHDRAW, "RFC 7606 section 7.2, RFC 7607 section 2",
        replaces=(2,))
new("as-path-numbers-of-two-octets", as_path(sequence(65001, 65002, octets=2)), WITHDRAW, "RFC 6793 section 4.1",
    replaces=(2,))

# -- AGGREGATOR likewise (RFC 7606 section 7.7).

old("aggregator", aggregator(65001, octets=2), ACCEPT, "RFC 6793 section 4.2.2")
old("aggregator-as-trans", aggregator(23456, octets=2), ACCEPT, "RFC 6793 section 4.2.3")
for length in (0, 5, 7, 8, 10):
    old(f"aggregator-length-{length}", attribute(OPTIONAL_TRANSITIVE, 7, b"\1" * length), DISCARD,
        "RFC 7606 section 7.7: 6 octets without the capability")
old("aggregator-as-0", aggregator(0, octets=2), DISCARD, "RFC 7607 section 2")
new("aggregator-of-6-octets", aggregator(65001, octets=2), DISCARD, "RFC 7606 section 7.7: 8 octets with the capability")

# -- AS4_PATH and AS4_AGGREGATOR from a NEW speaker: discarded, whatever is in them (RFC 6793 section 4.1).

for name, octets in {"as4-path": as4_path(sequence(65001)), "as4-path-empty": as4_path(),
                     "as4-path-malformed": as4_path(b"\2\xff\0"), "as4-path-as-0": as4_path(sequence(0)),
                     "as4-aggregator": as4_aggregator(65001), "as4-aggregator-of-3-octets":
                     attribute(OPTIONAL_TRANSITIVE, 18, bytes(3)), "as4-aggregator-as-0": as4_aggregator(0)}.items():
    new(name, octets, DISCARD, "RFC 6793 section 4.1: from a NEW speaker it is discarded")

# -- ... from an OLD one: used, or where malformed discarded (RFC 6793 section 6).

PATH = as_path(sequence(65001, 23456, octets=2))
for name, value in {"one": sequence(4200000001), "of-both": sequence(65001, 4200000001),
                    "longer-than-as-path": sequence(65001, 1, 2, 3, 4, 5), "set": as_set(65001, 4200000001),
                    "shorter": sequence(65001)}.items():
    sheet.both(f"old-as4-path-{name}", lambda internal, value=value: update(
        [*well_formed(internal, False, without=(2,)), PATH, as4_path(value)], ROUTE), ACCEPT, "RFC 6793 section 4.2.3",
        four_octet=False)
MALFORMED = {"empty": b"", "of-1-octet": b"\2", "of-2-octets": b"\2\1", "of-4-octets": b"\2\1\0\0",
             "of-5-octets": b"\2\1\0\0\1", "of-odd-length": sequence(65001) + b"\2", "overruns": sequence(65001, count=2),
             "overruns-by-far": sequence(65001, count=255), "empty-segment": sequence(65001) + sequence(),
             "unknown-segment": segment(7, 65001), "numbers-of-two-octets": sequence(65001, 65002, octets=2),
             "as-0": sequence(65001, 0)}
for name, value in MALFORMED.items():
    old(f"as4-path-{name}", as4_path(value), DISCARD, "RFC 6793 section 6, RFC 7607 section 2")
old("as4-path-confed", as4_path(segment(3, 64999) + sequence(65001)), DISCARD,
    "RFC 6793 section 3: confederation segments do not belong there", ACCEPT)
old("as4-path-flags-wrong", as4_path(sequence(65001), flags=WELL_KNOWN), WITHDRAW, "RFC 7606 section 3 (c)", DISCARD)
old("as4-path-not-transitive", as4_path(sequence(65001), flags=OPTIONAL), WITHDRAW, "RFC 7606 section 3 (c)", DISCARD)
old("as4-path-partial", as4_path(sequence(65001), flags=OPTIONAL_TRANSITIVE | PARTIAL), ACCEPT, "RFC 4271 section 5")
sheet.add("old-as4-path-before-as-path", update([as4_path(b"\2\x09\0"), *well_formed(four_octet=False)], ROUTE), DISCARD,
          "RFC 6793 section 6", four_octet=False)
sheet.add("old-as4-path-without-as-path", update([*well_formed(without=(2,)), as4_path(sequence(65001))], ROUTE), WITHDRAW,
          "RFC 7606 section 3 (d): it does not stand in for AS_PATH", four_octet=False)
sheet.add("old-as4-path-twice", route(*[as4_path(sequence(65001))] * 2, four_octet=False), DISCARD,
          "RFC 7606 section 3 (g)", four_octet=False)
sheet.add("old-as4-path-without-nlri", update([as4_path(b"\2")], withdrawn=ROUTE), DISCARD, "RFC 6793 section 6",
          four_octet=False)
old("as4-aggregator", aggregator(23456, octets=2) + as4_aggregator(4200000001), ACCEPT, "RFC 6793 section 4.2.3")
old("as4-aggregator-without-aggregator", as4_aggregator(4200000001), ACCEPT, "RFC 6793 section 4.2.3")
for length in (0, 1, 4, 6, 7, 9, 12):
    old(f"as4-aggregator-length-{length}", attribute(OPTIONAL_TRANSITIVE, 18, b"\1" * length), DISCARD,
        "RFC 6793 section 6")
old("as4-aggregator-as-0", as4_aggregator(0), DISCARD, "RFC 7607 section 2")
old("as4-aggregator-flags-wrong", attribute(OPTIONAL, 18, u32(65001) + bytes(4)), WITHDRAW, "RFC 7606 section 3 (c)",
    DISCARD)
old("as4-both-malformed", as4_path(b"\2") + attribute(OPTIONAL_TRANSITIVE, 18, u16(1)), DISCARD, "RFC 6793 section 6")

CASES = sheet.cases
