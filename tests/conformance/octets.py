"""Words to write BGP messages with, right ones and wrong ones. Every length is computed, unless a case gives it another
to say something untrue.

    update([ORIGIN, as_path(sequence(65001)), next_hop("10.0.0.2")], nlri=["192.0.2.0/24"])
    open_message(capabilities(capability(65, u32(65001))), hold_time=2)
"""
import ipaddress
import struct

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5
MARKER = b"\xff" * 16
AS_TRANS = 23456

# Attribute flags (RFC 4271 section 4.3).
OPTIONAL, TRANSITIVE, PARTIAL, EXTENDED = 0x80, 0x40, 0x20, 0x10
WELL_KNOWN, OPTIONAL_TRANSITIVE = TRANSITIVE, OPTIONAL | TRANSITIVE

IPV4_UNICAST, IPV6_UNICAST = (1, 1), (2, 1)


def u8(value):
    return struct.pack("!B", value)


def u16(value):
    return struct.pack("!H", value)


def u32(value):
    return struct.pack("!I", value)


def address(text):
    return ipaddress.ip_address(text).packed


def prefix(text):
    """A prefix as in an NLRI field: its length in bits, and as many octets as that takes."""
    network = ipaddress.ip_network(text)
    return u8(network.prefixlen) + network.network_address.packed[:(network.prefixlen + 7) // 8]


def _field(items):
    """Prefixes as text, or octets as they are."""
    return b"".join(item if isinstance(item, bytes) else prefix(item) for item in items)


def message(kind, body=b"", length=None, marker=MARKER):
    return marker + u16(19 + len(body) if length is None else length) + u8(kind) + body


def keepalive():
    return message(KEEPALIVE)


def notification(code, subcode, data=b""):
    return message(NOTIFICATION, u8(code) + u8(subcode) + data)


def route_refresh(family=IPV4_UNICAST, subtype=0, more=b""):
    return message(ROUTE_REFRESH, struct.pack("!HBB", family[0], subtype, family[1]) + more)


# -- OPEN (RFC 4271 section 4.2)

def capability(code, value=b"", length=None):
    return u8(code) + u8(len(value) if length is None else length) + value


def parameter(kind, value=b"", length=None, extended=False):
    size = len(value) if length is None else length
    return u8(kind) + (u16(size) if extended else u8(size)) + value


def capabilities(*items, length=None, extended=False):
    """An optional parameter of type 2 (RFC 5492)."""
    return parameter(2, b"".join(items), length, extended)


def multiprotocol(family):
    return capability(1, struct.pack("!HBB", family[0], 0, family[1]))


def four_octet_as(number):
    return capability(65, u32(number))


REFRESH = capability(2)
ENHANCED_REFRESH = capability(70)


def usual_capabilities(asn, four_octet=True):
    """What routers offer: both families, route refresh (also the enhanced one), four-octet AS numbers."""
    offered = (multiprotocol(IPV4_UNICAST), multiprotocol(IPV6_UNICAST), REFRESH, ENHANCED_REFRESH)
    return (*offered, four_octet_as(asn)) if four_octet else offered


def open_message(*parameters, version=4, asn=65001, hold_time=90, identifier="10.0.0.2", length=None):
    """`length` is that of the optional parameters."""
    rest = b"".join(parameters)
    return message(OPEN, struct.pack("!BHH", version, asn if asn < 65536 else AS_TRANS, hold_time) +
                   address(identifier) + u8(len(rest) if length is None else length) + rest)


def extended_open(*parameters, marker_length=255, length=None, **of_open):
    """With the optional parameters in the form of RFC 9072: parameters must be `extended`."""
    rest = b"".join(parameters)
    return open_message(u8(255) + u16(len(rest) if length is None else length) + rest, length=marker_length, **of_open)


# -- UPDATE (RFC 4271 section 4.3)

def attribute(flags, kind, value=b"", length=None):
    size = len(value) if length is None else length
    return u8(flags) + u8(kind) + (u16(size) if flags & EXTENDED else u8(size)) + value


def update(attributes=(), nlri=(), withdrawn=(), attributes_length=None, withdrawn_length=None):
    gone, described = _field(withdrawn), b"".join(attributes)
    return message(UPDATE, u16(len(gone) if withdrawn_length is None else withdrawn_length) + gone +
                   u16(len(described) if attributes_length is None else attributes_length) + described + _field(nlri))


def origin(value=0, flags=WELL_KNOWN):
    return attribute(flags, 1, u8(value))


def _segment(kind, numbers, count, octets):
    return (u8(kind) + u8(len(numbers) if count is None else count) +
            b"".join(u32(number) if octets == 4 else u16(number) for number in numbers))


def as_set(*numbers, count=None, octets=4):
    return _segment(1, numbers, count, octets)


def sequence(*numbers, count=None, octets=4):
    return _segment(2, numbers, count, octets)


def segment(kind, *numbers, count=None, octets=4):
    return _segment(kind, numbers, count, octets)


def as_path(*segments, flags=WELL_KNOWN):
    return attribute(flags, 2, b"".join(segments))


def next_hop(text="10.0.0.2", flags=WELL_KNOWN):
    return attribute(flags, 3, address(text))


def multi_exit_disc(value=10):
    return attribute(OPTIONAL, 4, u32(value))


def local_pref(value=100, flags=WELL_KNOWN):
    return attribute(flags, 5, u32(value))


def atomic_aggregate():
    return attribute(WELL_KNOWN, 6)


def aggregator(number, router="10.0.0.9", octets=4):
    return attribute(OPTIONAL_TRANSITIVE, 7, (u32(number) if octets == 4 else u16(number)) + address(router))


def communities(*values):
    return attribute(OPTIONAL_TRANSITIVE, 8, b"".join(map(u32, values)))


def reach_value(family, hop, nlri=(), hop_length=None, reserved=0):
    return (struct.pack("!HBB", *family, len(hop) if hop_length is None else hop_length) + hop + u8(reserved) +
            _field(nlri))


def mp_reach(family, hop, nlri=(), flags=OPTIONAL, **more):
    return attribute(flags, 14, reach_value(family, hop, nlri, **more))


def mp_unreach(family, nlri=(), flags=OPTIONAL):
    return attribute(flags, 15, struct.pack("!HB", *family) + _field(nlri))


def as4_path(*segments, flags=OPTIONAL_TRANSITIVE):
    return attribute(flags, 17, b"".join(segments))


def as4_aggregator(number, router="10.0.0.9"):
    return attribute(OPTIONAL_TRANSITIVE, 18, u32(number) + address(router))


def well_formed(internal=False, four_octet=True, without=(), hop="10.0.0.2"):
    """The attributes that every route to an IPv4 prefix has; `without` leaves types out."""
    octets = 4 if four_octet else 2
    path = as_path() if internal else as_path(sequence(65001, octets=octets))
    usual = {1: origin(), 2: path, 3: next_hop(hop)}
    if internal:
        usual[5] = local_pref()
    return [usual[kind] for kind in usual if kind not in without]
