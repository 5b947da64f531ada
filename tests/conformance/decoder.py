"""A strict reader of what the appliance sends: it raises `Malformed` at whatever a correct speaker would not send, also
where a lenient one would take it. It shares nothing with the code that it judges.
"""
import ipaddress
import struct

from octets import AS_TRANS, KEEPALIVE, NOTIFICATION, OPEN, ROUTE_REFRESH, UPDATE

IPV4, IPV6 = (1, 1), (2, 1)

# Flags of the attributes that an announcer of host routes may send (RFC 4271 section 4.3 and 5, 1997, 4360, 4760, 8092).
FLAGS = {1: 0x40, 2: 0x40, 3: 0x40, 4: 0x80, 5: 0x40, 8: 0xC0, 14: 0x80, 15: 0x80, 16: 0xC0, 32: 0xC0}


class Malformed(Exception):
    pass


def demand(what, condition):
    if not condition:
        raise Malformed(what)


class Cursor:
    def __init__(self, octets):
        self.octets = octets
        self.at = 0

    def take(self, count):
        demand("it is cut off", self.at + count <= len(self.octets))
        self.at += count
        return self.octets[self.at - count:self.at]

    def number(self, octets):
        return int.from_bytes(self.take(octets), "big")

    def rest(self):
        return self.take(len(self.octets) - self.at)

    def more(self):
        return self.at < len(self.octets)


class Judge:
    """All that came over one session, in order. `asns`: the appliance's AS and the tester's; the rest is what the
    tester's OPEN offered, `families` None where that is not known."""

    def __init__(self, asns, four_octet, families, enhanced_refresh):
        self.our_as, self.peer_as = asns
        self.internal = self.our_as == self.peer_as
        self.four_octet = four_octet
        self.offered = families
        self.offered_enhanced = enhanced_refresh
        self.families = set()      # negotiated
        self.ended = set()         # families whose End-of-RIB came
        self.enhanced = False      # negotiated
        self.capabilities = {}
        self.kinds = []
        self.prefixes = set()

    def whole_table(self):
        """An End-of-RIB came for every negotiated family (RFC 4724 section 2)."""
        return self.families <= self.ended

    def take(self, kind, body):
        demand(f"message type {kind}", kind in (OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH))
        demand("the first message is no OPEN", (kind == OPEN) == (not self.kinds) or kind == NOTIFICATION)
        self.kinds.append(kind)
        if kind == OPEN:
            self._open(Cursor(body))
        elif kind == KEEPALIVE:
            demand("a KEEPALIVE with a body", not body)
        elif kind == NOTIFICATION:
            demand("a NOTIFICATION without code", len(body) >= 2 and 1 <= body[0] <= 8)
        elif kind == UPDATE:
            self._update(Cursor(body))
        else:
            self._refresh(Cursor(body))

    # -- OPEN (RFC 4271 section 4.2, RFC 5492)

    def _open(self, cursor):
        demand("version", cursor.number(1) == 4)
        my_as = cursor.number(2)
        hold_time = cursor.number(2)
        demand("hold time", hold_time == 0 or hold_time >= 3)
        demand("identifier", cursor.number(4) != 0)
        length = cursor.number(1)
        parameters = Cursor(cursor.rest())
        demand("the length of the parameters", length == len(parameters.octets))
        while parameters.more():
            demand("an optional parameter that is not capabilities", parameters.number(1) == 2)
            self._capabilities(Cursor(parameters.take(parameters.number(1))))
        number = self.our_as.to_bytes(4, "big")
        demand("the four-octet AS capability", self.capabilities.get(65) == [number])
        demand("My Autonomous System", my_as == (self.our_as if self.our_as < 65536 else AS_TRANS))
        demand("route refresh", self.capabilities.get(2) == [b""])
        ours = {struct.unpack("!HBB", value)[0::2] for value in self.capabilities.get(1, [])}
        demand("families", ours and ours <= {IPV4, IPV6})
        self.families = ours if self.offered is None else ours & self.offered
        self.enhanced = self.offered_enhanced and 70 in self.capabilities

    def _capabilities(self, cursor):
        while cursor.more():
            code = cursor.number(1)
            value = cursor.take(cursor.number(1))
            seen = self.capabilities.setdefault(code, [])
            demand(f"capability {code} twice", value not in seen and (code == 1 or not seen))
            seen.append(value)
            demand(f"the length of capability {code}",
                   {1: len(value) == 4, 2: not value, 65: len(value) == 4, 70: not value, 6: not value,
                    64: len(value) >= 2 and len(value) % 4 == 2, 5: len(value) % 6 == 0 and value,
                    }.get(code, True))
            demand(f"capability {code} is of no use to an announcer", code in (1, 2, 5, 64, 65, 70, 74))

    # -- ROUTE-REFRESH (RFC 2918, RFC 7313)

    def _refresh(self, cursor):
        family, subtype = cursor.number(2), cursor.number(1)
        family = (family, cursor.number(1))
        demand("a ROUTE-REFRESH of another length", not cursor.more())
        demand("a ROUTE-REFRESH of a family not negotiated", family in self.families)
        # Received routes are dropped: there is no reason to ask for them again.
        demand("a ROUTE-REFRESH that asks for routes", subtype in (1, 2))
        demand("BoRR or EoRR without negotiation", self.enhanced)

    # -- UPDATE (RFC 4271 section 4.3, RFC 7606 section 5.1)

    def _update(self, cursor):
        demand("an UPDATE before the KEEPALIVE", KEEPALIVE in self.kinds)
        withdrawn = self._prefixes(Cursor(cursor.take(cursor.number(2))), IPV4)
        attributes = self._attributes(Cursor(cursor.take(cursor.number(2))))
        nlri = self._prefixes(Cursor(cursor.rest()), IPV4)
        reach, unreach = attributes.get(14), attributes.get(15)
        kinds = [bool(withdrawn), bool(nlri), reach is not None, unreach is not None]
        demand("an UPDATE with more than one kind of prefixes (RFC 7606 section 5.1)", sum(kinds) <= 1)
        if not any(kinds):
            demand("attributes without a prefix", not attributes)
            self._end_of_rib(IPV4)
            return
        if withdrawn:
            demand("attributes beside withdrawn routes", not attributes)
            self._carried(IPV4)
            self.prefixes -= withdrawn
        elif unreach is not None:
            demand("attributes beside MP_UNREACH_NLRI", len(attributes) == 1)
            self._unreach(Cursor(unreach))
        else:
            self._mandatory(attributes, 3 if nlri else 14)
            if nlri:
                self._carried(IPV4)
                self.prefixes |= nlri
            else:
                self._reach(Cursor(reach))

    def _attributes(self, cursor):
        found, last = {}, 0
        while cursor.more():
            flags, kind = cursor.number(1), cursor.number(1)
            demand(f"attribute {kind}", kind in FLAGS)
            value = cursor.take(cursor.number(2 if flags & 0x10 else 1))
            demand(f"the flags of attribute {kind}", flags & ~0x10 == FLAGS[kind])
            # RFC 4271 section 5: ascending order; RFC 7606 section 5.1: MP attributes first.
            first = kind in (14, 15)
            demand(f"attribute {kind} out of order", not found if first else kind > last)
            last = last if first else kind
            found[kind] = value
        return found

    def _mandatory(self, attributes, hop):
        demand("ORIGIN", len(attributes.get(1, b"")) == 1 and attributes[1][0] <= 2)
        demand("AS_PATH", 2 in attributes)
        path = self._path(Cursor(attributes[2]))
        demand("AS_PATH within the AS", not path or not self.internal)
        demand("AS_PATH to another AS", self.internal or path[:1] == [self.our_as if self.four_octet or
                                                                      self.our_as < 65536 else AS_TRANS])
        demand("NEXT_HOP beside MP_REACH_NLRI, or none", (3 in attributes) == (hop == 3))
        if hop == 3:
            self._host(attributes[3])
        demand("LOCAL_PREF", (5 in attributes) == self.internal and len(attributes.get(5, b"1234")) == 4)
        for kind, unit in ((4, 4), (8, 4), (16, 8), (32, 12)):
            value = attributes.get(kind)
            demand(f"the length of attribute {kind}", value is None or (value and len(value) % unit == 0))

    def _path(self, cursor):
        numbers = []
        while cursor.more():
            demand("a segment that is no AS_SEQUENCE", cursor.number(1) == 2)
            count = cursor.number(1)
            demand("an empty segment", count)
            numbers += [cursor.number(4 if self.four_octet else 2) for _ in range(count)]
        demand("AS 0", 0 not in numbers)
        return numbers

    def _prefixes(self, cursor, family):
        found, octets = set(), 4 if family == IPV4 else 16
        while cursor.more():
            bits = cursor.number(1)
            demand("a prefix of too many bits", bits <= octets * 8)
            host = cursor.take((bits + 7) // 8).ljust(octets, b"\0")
            found.add(ipaddress.ip_network((host, bits)))  # refuses bits beyond the prefix
        return found

    def _reach(self, cursor):
        family = cursor.number(2), cursor.number(1)
        hop = cursor.take(cursor.number(1))
        # RFC 4760 would allow it, but no IPv6 next hop is to be told here (RFC 8950).
        demand("MP_REACH_NLRI for IPv4 unicast without need", family != IPV4)
        demand("the length of the next hop", len(hop) in (16, 32))
        self._host(hop[:16])
        demand("the second next hop is link-local", len(hop) == 16 or ipaddress.ip_address(hop[16:]).is_link_local)
        demand("reserved octet", cursor.number(1) == 0)
        prefixes = self._prefixes(Cursor(cursor.rest()), family)
        demand("MP_REACH_NLRI without a prefix", prefixes)
        self._carried(family)
        self.prefixes |= prefixes

    def _unreach(self, cursor):
        family = cursor.number(2), cursor.number(1)
        prefixes = self._prefixes(Cursor(cursor.rest()), family)
        if not prefixes:
            self._end_of_rib(family)
            return
        self._carried(family)
        self.prefixes -= prefixes

    def _host(self, octets):
        hop = ipaddress.ip_address(octets)
        demand(f"next hop {hop}", not (hop.is_unspecified or hop.is_multicast or hop.is_loopback or hop.is_link_local))

    def _carried(self, family):
        demand(f"prefixes of a family not negotiated: {family}", family in self.families)

    def _end_of_rib(self, family):
        self._carried(family)
        demand(f"End-of-RIB twice: {family}", family not in self.ended)
        self.ended.add(family)
