"""What routes come with at the routers: communities of all three kinds, MED, local preference, another AS; and that
these change without a session's end."""
from appliance import peer, pool, service
from harness import check, never, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, Rack

ROUTE = "10.126.77.200/32"
SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/web"))
KINDS = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd, "exabgp": ExaBgp}

COMMUNITIES = (("Community", "65000:100"), ("Community", "no-export"), ("LargeCommunity", "4200000001:1:2"),
               ("ExtendedCommunity", "target:65000:100"), ("ExtendedCommunity", "origin:65000:7"),
               ("ExtendedCommunity", "link-bandwidth:65000:1250000"))
SEEN = {"communities": {"65000:100", "65535:65281"}, "large": {"4200000001:1:2"},
        "extended": {"target:65000:100", "origin:65000:7"}}


def five(lab, asn, self_asn=64513, session_asn=None):
    """A router of each kind, and the place where they meet the appliance."""
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], asn, rack.addresses[host],
                          [Neighbor(SELF, session_asn or self_asn)]).start() for host, kind in KINDS.items()}
    return rack, routers


def peers(rack, asn, self_asn, *inside, **more):
    return [peer(rack.addresses[host], asn, self_asn, inside=inside, **more) for host in KINDS]


def sessions_since(rack):
    """Of every peer, when its session began, and which one it is."""
    return {host: (rack.peer(rack.addresses[host])["SinceUSec"], rack.peer(rack.addresses[host])["EstablishedCount"])
            for host in KINDS}


def lab_external_routers_see_what_routes_are_to_come_with_and_every_change_of_it(lab):
    rack, routers = five(lab, 64512)
    rack.start(*SERVICES, *peers(rack, 64512, 64513, *COMMUNITIES, MultiExitDiscriminator=50))
    for router in routers.values():
        router.wait_established(SELF).wait_attributes(ROUTE, {**SEEN, "med": 50})
    check_bandwidth(routers, 1250000)
    before = sessions_since(rack)

    # Another set, with every value changed.
    rack.change(*SERVICES, *peers(rack, 64512, 64513, ("Community", "65000:200"), ("LargeCommunity", "64513:0:9"),
                                  ("ExtendedCommunity", "link-bandwidth:65000:2500000"), MultiExitDiscriminator=7))
    for router in routers.values():
        router.wait_attributes(ROUTE, {"communities": {"65000:200"}, "large": {"64513:0:9"}, "extended": set(),
                                       "med": 7})
    check_bandwidth(routers, 2500000)

    # RFC 8326: for maintenance; the other communities stay.
    rack.change(*SERVICES, *peers(rack, 64512, 64513, ("Community", "65000:200"), GracefulShutdown=True))
    for router in routers.values():
        router.wait_attributes(ROUTE, {"communities": {"65000:200", "65535:0"}, "large": set()})

    # And nothing at all.
    rack.change(*SERVICES, *peers(rack, 64512, 64513))
    for router in routers.values():
        router.wait_attributes(ROUTE, {"communities": set(), "large": set(), "extended": set()})
    check("no session felt it", before == sessions_since(rack), (before, sessions_since(rack)))


def check_bandwidth(routers, octets):
    for host, router in routers.items():
        if host != "openbgpd":  # which does not show it
            router.wait_attributes(ROUTE, {"bandwidth": octets})


def lab_internal_routers_see_the_local_preference(lab):
    rack, routers = five(lab, 64513)
    rack.start(*SERVICES, *peers(rack, 64513, 64513, LocalPreference=250))
    for router in routers.values():
        router.wait_established(SELF).wait_attributes(ROUTE, {"local_preference": 250})
    before = sessions_since(rack)
    # RFC 8326 section 4: the least preference, for internal peers do not go by the community.
    rack.change(*SERVICES, *peers(rack, 64513, 64513, LocalPreference=250, GracefulShutdown=True))
    for router in routers.values():
        router.wait_attributes(ROUTE, {"local_preference": 0, "communities": {"65535:0"}})
    rack.change(*SERVICES, *peers(rack, 64513, 64513))
    for router in routers.values():
        router.wait_attributes(ROUTE, {"local_preference": 100, "communities": set()})
    check("no session felt it", before == sessions_since(rack), (before, sessions_since(rack)))


def lab_routers_that_know_us_by_another_as_have_the_routes(lab):
    # RFC 7705: the AS that they know stands first, and alone where it replaces ours.
    rack, routers = five(lab, 64512, session_asn=64999)
    rack.start(*SERVICES, *peers(rack, 64512, 4200000001, LocalAsn=64999))
    for router in routers.values():
        wait_until(f"{router.name} has the route by way of both",
                   lambda: router.routes().get(ROUTE, (0, 0))[1] == (64999, 4200000001), 20)
    rack.change(*SERVICES, *peers(rack, 64512, 4200000001, LocalAsn=64999, LocalAsnReplacesSelf=True))
    for router in routers.values():
        wait_until(f"{router.name} has the route by way of the old one alone",
                   lambda: router.routes().get(ROUTE, (0, 0))[1] == (64999,), 20)


def lab_routers_are_told_of_a_maintenance_before_it_and_another_has_the_traffic(lab):
    """Two appliances announce the same address to a router that prefers by GRACEFUL_SHUTDOWN as FRR does by itself."""
    one = Rack(lab, "tor", name="one")
    other = lab.namespace("other")
    lab.connect(one.segment, "port9", other, "eth1")
    one.segment.run("ip", "link", "set", "port9", "master", "br0")
    from appliance import Appliance, document, switch
    second = Appliance(lab, other, name="second")
    tor = one.addresses["tor"]
    second.write_drop_in("50-lab.xml", document(switch(address="10.126.77.11/24"), *SERVICES, peer(tor, 64512, 64513)))
    frr = Frr(lab, one.hosts["tor"], 64512, tor, [Neighbor(SELF, 64513), Neighbor("10.126.77.11", 64513)]).start()
    one.start(*SERVICES, peer(tor, 64512, 64513))
    second.start()
    frr.wait_established(SELF).wait_established("10.126.77.11")
    leads_to = lambda: frr.routes().get(ROUTE, ("",))[0]
    wait_until("the route leads to the first or the second", lambda: leads_to())
    one.change(*SERVICES, peer(tor, 64512, 64513, GracefulShutdown=True))
    wait_until("it leads to the second", lambda: leads_to() == "10.126.77.11")
    one.change(*SERVICES, peer(tor, 64512, 64513))
    second.write_drop_in("50-lab.xml", document(switch(address="10.126.77.11/24"), *SERVICES,
                                                peer(tor, 64512, 64513, GracefulShutdown=True)))
    second.hang_up()
    wait_until("it leads to the first", lambda: leads_to() == SELF)
    never("it is gone in between", lambda: not leads_to(), 0.3)
