"""OPEN: RFC 4271 section 6.2, its optional parameters (RFC 5492, RFC 9072), AS numbers (RFC 6793, RFC 7607) and
identifiers (RFC 6286)."""
from octets import (AS_TRANS, IPV4_UNICAST, IPV6_UNICAST, capabilities, capability, extended_open, four_octet_as,
                    keepalive, message, multiprotocol, open_message, parameter, u16, u8, usual_capabilities)
from sheet import Sheet, route

sheet = Sheet("open")
USUAL = usual_capabilities(65001)
MISSING_FAMILIES = (multiprotocol(IPV4_UNICAST) + multiprotocol(IPV6_UNICAST)).hex()


def add(name, messages, expect, why, *alternatives, **context):
    sheet.add(name, messages, expect, why, *alternatives, state="OpenSent", **context)


def usual(**fields):
    return open_message(capabilities(*USUAL), **fields)


# -- Version

for version in (0, 1, 3, 5, 255):
    add(f"version-{version}", usual(version=version), "notify 2/1 data=0004",
        "RFC 4271 section 6.2: the data is the version that is supported")
add("version-before-all-else", open_message(version=3, asn=0, hold_time=1, identifier="0.0.0.0"), "notify 2/1",
    "RFC 4271 section 6.2: what follows the version may mean anything")

# -- My Autonomous System

add("as-0", open_message(asn=0), "notify 2/2", "RFC 7607 section 2")
add("as-0-beside-a-capability", open_message(capabilities(*USUAL), asn=0), "notify 2/2", "RFC 7607 section 2")
add("as-0-in-the-capability", open_message(capabilities(*USUAL[:-1], four_octet_as(0))), "notify 2/2",
    "RFC 7607 section 2")
add("as-0-in-both", open_message(capabilities(four_octet_as(0)), asn=0), "notify 2/2", "RFC 7607 section 2")
add("as-of-another", open_message(asn=65002), "notify 2/2", "RFC 4271 section 6.2")
add("as-of-another-in-the-capability", open_message(capabilities(four_octet_as(65002))), "notify 2/2",
    "RFC 6793 section 4.1: the capability counts")
add("as-of-another-with-the-same-low-octets", open_message(capabilities(four_octet_as(65536 + 65001)), asn=AS_TRANS),
    "notify 2/2", "RFC 6793 section 4.1")
add("as-trans-without-a-capability", open_message(asn=AS_TRANS), "notify 2/2",
    "RFC 6793 section 9: AS_TRANS is nobody's number")
add("as-of-four-octets", open_message(capabilities(four_octet_as(4200000001)), asn=AS_TRANS), "accept",
    "RFC 6793 section 4.1", peer_as=4200000001)
add("as-of-four-octets-only-in-the-capability", open_message(capabilities(four_octet_as(65001)), asn=AS_TRANS), "accept",
    "RFC 6793 section 4.1: the capability counts")
add("as-ours-from-an-external-peer", open_message(asn=65000), "notify 2/2", "RFC 4271 section 6.2")
add("as-of-another-from-an-internal-peer", open_message(asn=65001), "notify 2/2", "RFC 4271 section 6.2", internal=True)

# -- Hold Time

for seconds in (1, 2):
    add(f"hold-time-{seconds}", usual(hold_time=seconds), "notify 2/6", "RFC 4271 section 6.2")
for seconds in (0, 3, 65535):
    add(f"hold-time-{seconds}", usual(hold_time=seconds), "accept", "RFC 4271 section 4.2")

# -- BGP Identifier

add("identifier-0", usual(identifier="0.0.0.0"), "notify 2/3", "RFC 6286 section 2.1: non-zero")
for identifier in ("224.0.0.5", "255.255.255.255", "127.0.0.1", "0.0.0.1"):
    add(f"identifier-{identifier}", usual(identifier=identifier), "accept",
        "RFC 6286 section 2.1: any number but zero, no address")
add("identifier-ours-from-an-external-peer", usual(identifier="10.0.0.1"), "accept",
    "RFC 6286 section 2.1: unique within an AS only")
add("identifier-ours-from-an-internal-peer", open_message(asn=65000, identifier="10.0.0.1"), "notify 2/3",
    "RFC 6286 section 2.2", internal=True)

# -- Optional parameters in the plain form

add("no-parameters", open_message(), "accept", "RFC 4271 section 4.2: 29 octets are an OPEN")
add("empty-capabilities", open_message(capabilities()), "accept", "RFC 5492 section 4")
add("several-empty-capabilities", open_message(*[capabilities()] * 100), "accept", "RFC 5492 section 4")
add("a-parameter-each", open_message(*map(capabilities, USUAL)), "accept", "RFC 5492 section 4: more than one parameter")
add("each-capability-twice", open_message(capabilities(*USUAL, *USUAL)), "accept",
    "RFC 5492 section 4: the same twice is no error")
add("each-capability-ten-times-in-parameters-of-one", open_message(*map(capabilities, USUAL * 6)), "accept",
    "RFC 5492 section 4")
add("as-capability-last-of-many", open_message(*[capabilities(capability(200, bytes(4)))] * 20, capabilities(*USUAL)),
    "accept", "RFC 5492 section 4: in any order")
for kind in (0, 1, 3, 254):
    add(f"parameter-{kind}", open_message(parameter(kind, bytes(3)), capabilities(*USUAL)), "notify 2/4",
        "RFC 4271 section 6.2: not recognized")
add("parameter-255-not-first", open_message(capabilities(*USUAL), parameter(255, bytes(2))), "notify 2/4",
    "RFC 9072 section 2: elsewhere it is a type like any other")
add("parameter-behind-capabilities", open_message(capabilities(*USUAL), parameter(7)), "notify 2/4",
    "RFC 4271 section 6.2")
PLAIN = capabilities(*USUAL)
for name, length in {"0": 0, "one-less": len(PLAIN) - 1, "one-more": len(PLAIN) + 1, "254": 254}.items():
    add(f"parameters-length-{name}", open_message(PLAIN, length=length), "notify 2/0",
        "RFC 4271 section 6.2: the parameters' length is not that of what is there")
add("parameters-length-255-and-nothing", open_message(length=255), "notify 2/0", "RFC 4271 section 6.2")
add("parameters-length-1-and-nothing", open_message(length=1), "notify 2/0", "RFC 4271 section 6.2")
add("parameter-of-one-octet", open_message(u8(2)), "notify 2/0", "RFC 4271 section 6.2: no room for its length")
add("parameter-overruns", open_message(parameter(2, b"\2\0", length=3)), "notify 2/0", "RFC 4271 section 6.2")
add("parameter-overruns-by-far", open_message(parameter(2, length=255)), "notify 2/0", "RFC 4271 section 6.2")
add("capability-of-one-octet", open_message(capabilities(u8(2))), "notify 2/0", "RFC 5492 section 4")
add("capability-overruns", open_message(capabilities(capability(200, bytes(3), length=4))), "notify 2/0",
    "RFC 5492 section 4")
add("capability-overruns-into-the-next-parameter",
    open_message(capabilities(capability(200, b"", length=2)), capabilities(*USUAL)), "notify 2/0", "RFC 5492 section 4")
WHOLE = usual()
BOUNDARIES = (29,)  # only without any parameter is it whole again
for cut in range(30, len(WHOLE)):
    add(f"cut-after-{cut}-octets", WHOLE[:16] + u16(cut) + WHOLE[18:cut], "notify 2/0",
        "RFC 4271 section 6.2: its parameters are cut off")
add("octets-behind-the-parameters", message(1, WHOLE[19:] + b"\0"), "notify 2/0", "RFC 4271 section 6.2")

# -- ... and in the extended form (RFC 9072)

EXTENDED = capabilities(*USUAL, extended=True)
add("extended", extended_open(EXTENDED), "accept", "RFC 9072 section 2")
add("extended-and-empty", extended_open(), "accept", "RFC 9072 section 2")
for length in (1, 3, 254):
    add(f"extended-with-old-length-{length}", extended_open(EXTENDED, marker_length=length), "accept",
        "RFC 9072 section 2: the one-octet length is ignored")
add("extended-with-old-length-0", extended_open(EXTENDED, marker_length=0), "notify 2/0",
    "RFC 9072 section 2: 0 means that there are no parameters")
LONG = [capabilities(*[capability(200 + n, bytes(250)) for n in range(5)], extended=True)]
add("extended-beyond-255-octets", extended_open(*LONG, EXTENDED), "accept", "RFC 9072 section 2")
add("extended-4096-octets", extended_open(parameter(2, capability(239, bytes(255)) * 15 + capability(240, bytes(201)),
                                                    extended=True)), "accept", "RFC 4271 section 4.1")
add("extended-a-parameter-each", extended_open(*[capabilities(one, extended=True) for one in USUAL]), "accept",
    "RFC 9072 section 2")
for name, length in {"0": 0, "one-less": len(EXTENDED) - 1, "one-more": len(EXTENDED) + 1, "65535": 65535}.items():
    add(f"extended-length-{name}", extended_open(EXTENDED, length=length), "notify 2/0", "RFC 9072 section 2")
add("extended-cut-within-its-length", open_message(u8(255) + u8(0), length=255), "notify 2/0",
    "RFC 9072 section 2: the extended length takes two octets")
add("extended-cut-before-its-length", open_message(u8(255), length=255), "notify 2/0", "RFC 9072 section 2")
for octets in (1, 2):
    add(f"extended-parameter-header-of-{octets}-octets", extended_open(EXTENDED[:octets]), "notify 2/0",
        "RFC 9072 section 2: a parameter's header takes three octets")
add("extended-parameter-overruns", extended_open(parameter(2, b"\2\0", length=300, extended=True)), "notify 2/0",
    "RFC 9072 section 2")
add("extended-with-plain-lengths", extended_open(capabilities(*USUAL)), "notify 2/0",
    "RFC 9072 section 2: all lengths take two octets")
add("extended-parameter-1", extended_open(parameter(1, bytes(4), extended=True)), "notify 2/4", "RFC 4271 section 6.2")
add("extended-twice", extended_open(parameter(255, bytes(2), extended=True)), "notify 2/4",
    "RFC 9072 section 2: 255 is no parameter within")

# -- What capabilities agree on

add("other-families-only", open_message(capabilities(multiprotocol((1, 128)), multiprotocol((25, 70)))),
    f"notify 2/7 data={MISSING_FAMILIES}", "RFC 5492 section 3: no family in common; the data is what is missing")
add("ipv6-only", open_message(capabilities(multiprotocol(IPV6_UNICAST), four_octet_as(65001))), "accept",
    "RFC 4760 section 8: one family in common is enough")
add("ipv4-and-others", open_message(capabilities(multiprotocol(IPV4_UNICAST), multiprotocol((1, 2)),
                                                 multiprotocol((16388, 71)))), "accept", "RFC 4760 section 8")
add("all-in-one-segment", [usual(), keepalive(), route()], "accept", "a peer need not wait for our OPEN")
add("then-a-sound-second-message-and-an-unsound", [usual(), keepalive(), message(4, bytes(1))], "notify 1/2 data=0014",
    "RFC 4271 section 6.1")

CASES = sheet.cases
