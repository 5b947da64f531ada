"""Routes of both families over sessions of either, with the real routers. What is compared is the router's own table.
"""
from appliance import peer, pool, service
from harness import check, never, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, SELF6, Rack

BOTH = ("ipv4", "ipv6")
V4, V6 = "10.126.77.200/32", "2001:db8:77:1::1/128"
SERVICES = (pool("10.126.77.200-10.126.77.220"), pool("2001:db8:77:1::1-2001:db8:77:1::9", name="six"),
            service("default/four"), service("default/six", pool_name="six"))


def both_families(lab, kind, extended_next_hop=False):
    """Two routers of a kind: one over IPv4, one over IPv6."""
    rack = Rack(lab, "over4", "over6", ipv6=True)
    far_ends = {"over4": SELF, "over6": SELF6}
    at = {"over4": rack.addresses["over4"], "over6": rack.addresses6["over6"]}
    routers = {}
    for host, far_end in far_ends.items():
        routers[host] = kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                             [Neighbor(far_end, 64513, 15, families=BOTH,
                                       extended_next_hop=extended_next_hop and host == "over6")],
                             announce=["10.9.0.0/24", "2001:db8:9::/48"]).start()
    rack.start(*SERVICES, *(peer(address, 64512, 64513, hold_time=15) for address in at.values()))
    for host, router in routers.items():
        router.wait_established(far_ends[host])
        router.wait_routes({V4, V6})
        # A router that is told of another next hop (our link-local address comes late) has no best route for a moment.
        wait_until(f"'{host}' has both from our AS, and an address of ours leads to the IPv6 route", lambda: (
            (routes := router.routes()).keys() >= {V4, V6} and
            all(route.as_path == (64513,) for route in routes.values()) and
            routes[V6].next_hop in own_addresses(rack)))
        # These announce the family of the session alone, with themselves as next hop.
        of_its_own = 1 if kind in (ExaBgp, OpenBgpd) else 2
        wait_until(f"the routes of {router.name} are counted",
                   lambda: rack.peer(at[host])["RoutesReceived"] >= of_its_own)
        check("and two are announced", rack.peer(at[host])["RoutesAnnounced"] == 2, rack.peer(at[host]))
    check("the IPv4 route over IPv4 leads to us", routers["over4"].routes()[V4].next_hop == SELF)
    hop = routers["over6"].routes()[V4].next_hop
    check("the IPv4 route over IPv6 does too", hop in own_addresses(rack) if extended_next_hop else hop == SELF, hop)

    rack.change(*SERVICES[:3], *(peer(address, 64512, 64513, hold_time=15) for address in at.values()))
    for router in routers.values():
        router.wait_routes({V4})


def own_addresses(rack):
    """The IPv6 addresses that lead to the appliance: routers show the link-local one where they were told of both."""
    shown = rack.namespace.ip("-6", "address", "show", "dev", "vSwitch1")
    return {address["local"] for link in shown for address in link.get("addr_info", [])}


def lab_bird_has_routes_of_both_families_over_sessions_of_either(lab):
    both_families(lab, Bird)


def lab_frr_has_routes_of_both_families_over_sessions_of_either(lab):
    both_families(lab, Frr)


def lab_gobgp_has_routes_of_both_families_over_sessions_of_either(lab):
    # It offers IPv6 next hops for IPv4 by itself, over IPv6.
    both_families(lab, GoBgp, extended_next_hop=True)


def lab_openbgpd_has_routes_of_both_families_over_sessions_of_either(lab):
    both_families(lab, OpenBgpd)


def lab_exabgp_has_routes_of_both_families_over_sessions_of_either(lab):
    both_families(lab, ExaBgp)


def lab_bird_takes_ipv4_routes_that_lead_to_ipv6_addresses(lab):
    both_families(lab, Bird, extended_next_hop=True)


def lab_frr_takes_ipv4_routes_that_lead_to_ipv6_addresses(lab):
    both_families(lab, Frr, extended_next_hop=True)


def lab_a_peer_is_told_only_of_the_families_that_both_ends_want(lab):
    rack = Rack(lab, "four", "six", "wants-four", ipv6=True)
    wanted = {"four": ("IPv4", BOTH), "six": ("IPv6", BOTH), "wants-four": ("Both", ("ipv4",))}
    birds = {host: Bird(lab, rack.hosts[host], 64512, rack.addresses[host], [Neighbor(SELF, 64513, families=families)]
                        ).start() for host, (_, families) in wanted.items()}
    rack.start(*SERVICES, *(peer(rack.addresses[host], 64512, 64513, AddressFamilies=ours)
                            for host, (ours, _) in wanted.items()))
    routes = {"four": {V4}, "six": {V6}, "wants-four": {V4}}
    for host, bird in birds.items():
        bird.wait_routes(routes[host])
    never("another comes", lambda: any(set(bird.routes()) != routes[host] for host, bird in birds.items()), 0.5)
