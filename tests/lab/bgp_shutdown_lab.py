"""Sessions that end for a reason, and that both ends can read: shutdown texts (RFC 9003), prefix limits (RFC 4486)."""
from appliance import peer, pool, service
from harness import check, never, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, Rack

SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/web"))
ROUTE = "10.126.77.200/32"
# ExaBGP can read no NOTIFICATION 6/2 or 6/4: it answers with 1/0.
READERS = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd}
ALL = {**READERS, "exabgp": ExaBgp}


def site(lab, kinds, **options):
    rack = Rack(lab, *kinds)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host], [Neighbor(SELF, 64513, **options)],
                          announce=["10.9.0.0/24", "10.9.1.0/24", "10.9.2.0/24"]).start()
               for host, kind in kinds.items()}
    return rack, routers


def peers(rack, **more):
    return [peer(address, 64512, 64513, **more) for address in rack.addresses.values()]


def lab_a_disabled_peer_reads_why_and_has_no_route(lab):
    # Passive, so that no attempt of its own hides how the session ended.
    rack, routers = site(lab, READERS, passive=True)
    rack.start(*SERVICES, *peers(rack))
    for router in routers.values():
        router.wait_route(ROUTE, 20)
    rack.change(*SERVICES, *peers(rack, Enabled=False))
    for host, router in routers.items():
        wait_until(f"{router.name} reads that the session was shut: {router.last_error(SELF)}",
                   lambda: "dministrative" in router.last_error(SELF) or "dministratively" in router.last_error(SELF))
        router.wait_no_route(ROUTE)
        check("it is shown as disabled", rack.peer(rack.addresses[host])["State"] == "Idle",
              rack.peer(rack.addresses[host]))
    never("a session comes", lambda: any(router.established(SELF) for router in routers.values()), 1.5)
    rack.change(*SERVICES, *peers(rack))
    for router in routers.values():
        router.wait_route(ROUTE)


def lab_what_a_router_says_when_it_shuts_a_session_is_shown(lab):
    rack, routers = site(lab, READERS)
    rack.start(*SERVICES, *peers(rack))
    for host, router in routers.items():
        router.wait_route(ROUTE, 20)
        text = f"Wartung bis zwölf Uhr, {host}"
        router.shut(SELF, text)
        wait_until(f"the appliance shows what {router.name} said", lambda: text in rack.heard(rack.addresses[host]))
        check("and it is in the log", text in rack.appliance.log(), rack.appliance.log()[-2000:])


def lab_a_router_that_announces_too_much_is_told_so(lab):
    rack, routers = site(lab, READERS, passive=True)
    rack.start(*SERVICES, *peers(rack, MaxPrefixes=2))
    words = {"bird": "Maximum number of prefixes reached", "frr": "Cease/Maximum Number of Prefixes Reached",
             "gobgp": '"Subcode":1,', "openbgpd": "max-prefix exceeded"}
    for host, router in routers.items():
        wait_until(f"{router.name} reads that it was too much", lambda: words[host] in router.last_error(SELF), 20)
        wait_until("and it is shown", lambda: "prefix" in rack.said(rack.addresses[host]).lower())


def lab_a_router_within_its_limit_keeps_its_session(lab):
    rack, routers = site(lab, ALL)
    # Three of its own, and FRR sends us ours back.
    rack.start(*SERVICES, *peers(rack, MaxPrefixes=4))
    for router in routers.values():
        router.wait_route(ROUTE, 20)
    never("a session ends", lambda: any(rack.peer(address)["State"] != "Established"
                                        for address in rack.addresses.values()), 1)


def lab_a_router_that_takes_fewer_routes_than_we_announce_is_left_alone(lab):
    kinds = {"bird": Bird, "frr": Frr, "openbgpd": OpenBgpd}
    rack, routers = site(lab, kinds, max_prefixes=1)
    # FRR counts a route only after it has looked at the limit.
    rack.start(*SERVICES, service("default/one-too-many"), service("default/another"), *peers(rack))
    for host in routers:
        wait_until("it is shown that the router has a limit",
                   lambda: "prefix" in rack.heard(rack.addresses[host]).lower(), 20)
