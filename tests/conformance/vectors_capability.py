"""Capabilities one by one: those that the appliance knows, with right and wrong lengths, and those that it does not."""
from octets import (IPV4_UNICAST, IPV6_UNICAST, capabilities, capability, extended_open, four_octet_as, multiprotocol,
                    open_message, u16, u32, u8)
from sheet import Sheet

sheet = Sheet("capability")
BASE = (multiprotocol(IPV4_UNICAST), four_octet_as(65001))
MALFORMED = "its own RFC fixes its length, and a peer that is wrong about it cannot be understood"


def add(name, octets, expect, why, *alternatives):
    octets = octets if isinstance(octets, tuple) else (octets,)
    sheet.add(name, open_message(capabilities(*BASE, *octets)), expect, why, *alternatives, state="OpenSent")


# -- Those that are read: a wrong length refuses the OPEN, for what was meant cannot be known.

for length in (0, 1, 3, 5, 8):
    add(f"multiprotocol-of-{length}", capability(1, b"\0\1\0\1\0\1\0\1"[:length]), "notify 2/0", MALFORMED)
add("multiprotocol-reserved-octet-set", capability(1, b"\0\2\xff\1"), "accept", "RFC 4760 section 8: it is ignored")
add("multiprotocol-twice", (multiprotocol(IPV4_UNICAST), multiprotocol(IPV6_UNICAST)), "accept", "RFC 5492 section 4")
for length in (0, 2, 3, 5, 8):
    add(f"four-octet-as-of-{length}", capability(65, (u32(65001) * 2)[:length]), "notify 2/0", MALFORMED)
for length in (0, 1, 3, 5, 7):
    add(f"graceful-restart-of-{length}", capability(64, b"\x00\x78\0\1\1\x80\0"[:length]), "notify 2/0", MALFORMED,
        "accept")
add("graceful-restart", capability(64, u16(0x8078) + b"\0\1\1\x80\0\2\1\0"), "accept", "RFC 4724 section 3")
add("graceful-restart-without-families", capability(64, u16(120)), "accept", "RFC 4724 section 3")
add("graceful-restart-of-other-families", capability(64, u16(0x4FFF) + b"\0\1\x80\x80\0\x19\x46\x80"), "accept",
    "RFC 4724 section 3")
add("graceful-restart-time-0", capability(64, u16(0) + b"\0\1\1\0"), "accept", "RFC 4724 section 3")
add("graceful-restart-with-all-flags", capability(64, u16(0xFFFF) + b"\0\1\1\xff"), "accept",
    "RFC 4724 section 3, RFC 8538 section 2: reserved bits are ignored")
add("graceful-restart-with-a-family-twice", capability(64, u16(120) + b"\0\1\1\x80\0\1\1\0"), "accept",
    "RFC 4724 section 3")
add("graceful-restart-twice", (capability(64, u16(120)), capability(64, u16(0x8001) + b"\0\1\1\x80")), "accept",
    "RFC 4724 section 3: the last one counts")
for code, name in ((2, "route-refresh"), (70, "enhanced-route-refresh")):
    add(name, capability(code), "accept", "RFC 2918, RFC 7313")
    add(f"{name}-with-a-value", capability(code, b"\1"), "accept", "there is nothing in it to misunderstand",
        "notify 2/0")
add("extended-next-hop", capability(5, b"\0\1\0\1\0\2"), "accept", "RFC 8950 section 4")
add("extended-next-hop-of-several", capability(5, b"\0\1\0\1\0\2" b"\0\1\0\x80\0\2"), "accept", "RFC 8950 section 4")
for length in (1, 5, 7):
    add(f"extended-next-hop-of-{length}", capability(5, b"\0\1\0\1\0\2\0"[:length]), "notify 2/0", MALFORMED, "accept")

# -- Those that are not taken part in: whatever is in them, the session comes up.

NOT_OURS = "RFC 5492 section 3: a capability that is not supported is no reason to refuse"
for name, octets in {
        "extended-message": capability(6), "extended-message-with-a-value": capability(6, b"\0"),
        "multiple-labels": capability(8, b"\0\1\4\3"),
        "role-customer": capability(9, b"\3"), "role-peer": capability(9, b"\4"), "role-undefined": capability(9, b"\x63"),
        "orf": capability(3, b"\0\1\0\1\1\x40\3"), "orf-cut-off": capability(3, b"\0\1\0\1\x09"),
        "dynamic": capability(67, b"\1\2\x40"),
        "add-path-receive": capability(69, b"\0\1\1\1\0\2\1\1"), "add-path-both": capability(69, b"\0\1\1\3\0\2\1\3"),
        "long-lived-gr": capability(71, b"\0\1\1\x80\0\x0e\x10"), "long-lived-gr-cut-off": capability(71, b"\0\1\1\x80\0"),
        "fqdn": capability(73, b"\4edge\7example"), "fqdn-without-domain": capability(73, b"\4edge\0"),
        "fqdn-host-overruns": capability(73, b"\x40ed"), "fqdn-domain-overruns": capability(73, b"\2ed\xffexample"),
        "fqdn-empty": capability(73), "bfd-strict": capability(74),
        "software-version": capability(75, b"\5x/1.0"), "software-version-empty": capability(75, b"\0"),
        "software-version-overruns": capability(75, b"\xffx"), "software-version-without-length": capability(75),
        "paths-limit": capability(76, b"\0\1\1\0\4"), "link-local-next-hop": capability(77),
        "old-route-refresh": capability(128), "old-multisession": capability(131, b"\0\1"),
        "code-0": capability(0), "code-255": capability(255, bytes(100)), "code-255-empty": capability(255)}.items():
    add(name, octets, "accept", NOT_OURS)
for name, octets in {"role-of-0-octets": capability(9), "role-of-2-octets": capability(9, b"\3\3"),
                     "two-different-roles": capability(9, b"\3") + capability(9, b"\0"),
                     "add-path-of-3-octets": capability(69, b"\0\1\1"),
                     "add-path-send-receive-0": capability(69, b"\0\1\1\0")}.items():
    add(name, octets, "accept", NOT_OURS, "notify 2/0", "notify 2/11")
UNKNOWN = [capability(code, bytes(4)) for code in range(80, 256)]
sheet.add("of-every-unknown-code", extended_open(capabilities(*BASE, *UNKNOWN, extended=True)), "accept", NOT_OURS,
          state="OpenSent")
sheet.add("of-255-octets", open_message(capabilities(capability(222, bytes(251)))), "accept", NOT_OURS, state="OpenSent")

# -- Sessions that offer less than usual: they come up, and the table arrives as they can take it.

for name, offered in {"none": (), "ipv4-only": (multiprotocol(IPV4_UNICAST),), "ipv6-only": (multiprotocol(IPV6_UNICAST),),
                      "refresh-only": (capability(2),),
                      "everything": (*BASE, multiprotocol(IPV6_UNICAST), capability(2), capability(70), capability(6),
                                     capability(5, b"\0\1\0\1\0\2"), capability(64, u16(120) + b"\0\1\1\0"),
                                     capability(9, u8(0)), capability(69, b"\0\1\1\1"))}.items():
    sheet.add(f"session-with-{name}", b"", "accept", "RFC 4724 section 2: the table ends with End-of-RIB",
              capabilities=offered, four_octet=any(one[0] == 65 for one in offered))

CASES = sheet.cases
