"""Routers that have no address in the document: found on the switch's link by their router advertisements."""
from appliance import peer, pool, service
from harness import check, never, wait_until, waits
from peers import Bird, Frr, Neighbor
from rack import Rack

BOTH = ("ipv4", "ipv6")
ROUTES = {"10.126.77.200/32", "2001:db8:77:1::1/128"}
SERVICES = (pool("10.126.77.200-10.126.77.220"), pool("2001:db8:77:1::1-2001:db8:77:1::9", name="six"),
            service("default/four"), service("default/six", pool_name="six"))


def unnumbered(asn):
    return Neighbor("", asn, 15, families=BOTH, unnumbered=True, interface="eth0")


def start_with_frr(lab, asn, peer_asn, self_asn):
    rack = Rack(lab, "tor")
    frr = Frr(lab, rack.hosts["tor"], asn, "10.126.77.101", [unnumbered(
        "internal" if asn == self_asn else "external")], announce=["10.9.0.0/24", "2001:db8:9::/48"]).start()
    rack.start(*SERVICES, peer("vSwitch1", peer_asn, self_asn, hold_time=15))
    frr.wait_routes(ROUTES, 20)
    return rack, frr


@waits
def lab_frr_and_the_appliance_find_each_other_on_their_link(lab):
    rack, frr = start_with_frr(lab, 4200000001, "external", 64513)
    hops = {route.next_hop for route in frr.routes().values()}
    check("both routes lead to our link-local address", hops == {rack.link_local_of_switch()}, hops)
    kernel = rack.hosts["tor"].ip("route", "show", "10.126.77.200")
    check("and FRR's kernel routes by it",
          [route["via"]["host"] for route in kernel] == [rack.link_local_of_switch()], kernel)
    shown = rack.peer("vSwitch1")
    check("who was found is shown", shown["PeerRouterAsn"] == 4200000001 and
          shown["SessionPeerAddress"].partition("%")[0] == rack.link_local("tor"), shown)
    wait_until("its routes are counted", lambda: rack.peer("vSwitch1")["RoutesReceived"] >= 2)

    # It comes back, and is found again: once it has heard an advertisement of ours, every ten seconds, and we dial.
    frr.stop()
    wait_until("the session ended", lambda: rack.peer("vSwitch1")["State"] != "Established")
    frr.start()
    frr.wait_routes(ROUTES, 45)


def lab_frr_and_the_appliance_find_each_other_within_an_as(lab):
    start_with_frr(lab, 64513, "internal", 64513)


def lab_a_router_of_another_as_than_named_is_refused(lab):
    rack = Rack(lab, "tor")
    frr = Frr(lab, rack.hosts["tor"], 64513, "10.126.77.101", [unnumbered("internal")]).start()
    rack.start(*SERVICES, peer("vSwitch1", "external", 64513, ConnectRetryTimeInSeconds=1))
    wait_until("it is said why", lambda: "AS" in rack.peer("vSwitch1").get("LastError", ""), 20)
    never("a session comes", lambda: frr.established("eth0"), 1)


def lab_bird_is_found_by_its_advertisements(lab):
    # It can find nobody itself: it is told our address, once we have one.
    rack = Rack(lab, "tor")
    rack.start(*SERVICES, peer("vSwitch1", "external", 64513, hold_time=15))
    own = wait_until("the switch has its link-local address", rack.link_local_of_switch)
    bird = Bird(lab, rack.hosts["tor"], 64512, "10.126.77.101",
                [Neighbor(own, 64513, interface="eth0", families=BOTH, extended_next_hop=True,
                          passive=True)], advertises="eth0").start()
    bird.wait_routes(ROUTES, 20)


def lab_a_link_local_router_named_by_its_address_is_reached(lab):
    rack = Rack(lab, "tor")
    rack.start()
    own = wait_until("the switch has its link-local address", rack.link_local_of_switch)
    bird = Bird(lab, rack.hosts["tor"], 64512, "10.126.77.101",
                [Neighbor(own, 64513, interface="eth0", families=BOTH, extended_next_hop=True,
                          passive=True)]).start()
    rack.change(*SERVICES, peer(rack.link_local("tor"), 64512, 64513))
    bird.wait_routes(ROUTES, 20)
