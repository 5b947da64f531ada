"""ROUTE-REFRESH: RFC 2918, RFC 5291 (whose filters are not negotiated), RFC 7313."""
from octets import (ENHANCED_REFRESH, IPV4_UNICAST, IPV6_UNICAST, REFRESH, ROUTE_REFRESH, four_octet_as, message,
                    multiprotocol, route_refresh, u16)
from sheet import Sheet, route

sheet = Sheet("refresh")
BEGIN, END = 1, 2
PLAIN = (multiprotocol(IPV4_UNICAST), multiprotocol(IPV6_UNICAST), REFRESH, four_octet_as(65001))
ENHANCED = (*PLAIN, ENHANCED_REFRESH)

for how, offered in (("plain", PLAIN), ("enhanced", ENHANCED)):
    for name, octets in {
            "ipv4": route_refresh(), "ipv6": route_refresh(IPV6_UNICAST),
            "both": route_refresh() + route_refresh(IPV6_UNICAST), "ten-times": route_refresh() * 10,
            "of-another-family": route_refresh((1, 128)), "of-no-family": route_refresh((0, 0)),
            "of-family-65535": route_refresh((65535, 255)),
            "among-updates": route() + route_refresh() + route()}.items():
        sheet.add(f"{how}-{name}", octets, "accept", "RFC 2918 section 4: what was not negotiated is ignored",
                  capabilities=offered)
    for subtype in (3, 255):
        sheet.add(f"{how}-reserved-subtype-{subtype}", route_refresh(subtype=subtype), "accept",
                  "RFC 7313 section 5: an unknown subtype is ignored", capabilities=offered)
    for name, octets in {"begin": route_refresh(subtype=BEGIN), "end": route_refresh(subtype=END),
                         "begin-and-end": route_refresh(subtype=BEGIN) + route() + route_refresh(subtype=END),
                         "begin-twice": route_refresh(subtype=BEGIN) * 2,
                         "end-before-begin": route_refresh(subtype=END) + route_refresh(subtype=BEGIN),
                         "begin-of-another-family": route_refresh((25, 70), BEGIN)}.items():
        sheet.add(f"{how}-{name}", octets, "accept", "RFC 7313 section 4", capabilities=offered)
    for name, body in {"three-octets": b"\0\1\0", "none": b"", "one": b"\0"}.items():
        sheet.add(f"{how}-too-short-{name}", message(ROUTE_REFRESH, body), f"notify 1/2 data={19 + len(body):04x}",
                  "RFC 4271 section 6.1: less than an AFI and a SAFI takes", "notify 7/1", capabilities=offered)
    # An ORF entry that nobody asked for: RFC 5291 section 6 has it ignored, RFC 2918 has no such length.
    sheet.add(f"{how}-with-orf", route_refresh(more=b"\1\x40" + u16(1) + b"\x80"), "accept",
              "RFC 5291 section 6: what was not negotiated is ignored", "notify 7/1", "notify 1/2", capabilities=offered)

# -- The length of BoRR and EoRR is judged only where both have the capability; the data is the whole message.

for subtype in (BEGIN, END):
    for length in (1, 100, 4073):
        octets = route_refresh(subtype=subtype, more=bytes(length))
        expect = f"notify 7/1 data={octets.hex()}" if len(octets) <= 4096 - 21 else "notify 7/1"
        sheet.add(f"enhanced-subtype-{subtype}-with-{length}-more", octets, expect, "RFC 7313 section 5",
                  capabilities=ENHANCED)
        sheet.add(f"plain-subtype-{subtype}-with-{length}-more", octets, "accept",
                  "RFC 7313 section 5: without the capability it is no such message", "notify 1/2", "notify 7/1",
                  capabilities=PLAIN)
sheet.add("enhanced-reserved-subtype-longer", route_refresh(subtype=9, more=bytes(5)), "accept",
          "RFC 7313 section 5: an unknown subtype is ignored", "notify 7/1", capabilities=ENHANCED)
sheet.add("enhanced-begin-longer-of-another-family", route_refresh((1, 128), BEGIN, bytes(2)), "notify 7/1",
          "RFC 7313 section 5: the length is judged whatever the family", "accept", capabilities=ENHANCED)

CASES = sheet.cases
