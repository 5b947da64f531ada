"""Routers that ask for all routes again (RFC 2918), and are told where they begin and end (RFC 7313)."""
from appliance import peer, pool, service
from harness import check, wait_until
from peers import Bird, ExaBgp, Frr, Neighbor, OpenBgpd
from rack import SELF, Rack

# GoBGP asks nobody: it keeps what it was told, and looks there.
KINDS = {"bird": Bird, "frr": Frr, "openbgpd": OpenBgpd, "exabgp": ExaBgp}
ROUTES = {"10.126.77.200/32", "10.126.77.201/32", "2001:db8:77:1::1/128"}


def lab_routers_that_ask_for_all_routes_are_told_them_again(lab):
    rack = Rack(lab, *KINDS, ipv6=True)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(SELF, 64513, families=("ipv4", "ipv6"))]).start() for host, kind in KINDS.items()}
    rack.start(pool("10.126.77.200-10.126.77.220"), pool("2001:db8:77:1::1-2001:db8:77:1::9", name="six"),
               service("default/a"), service("default/b"), service("default/six", pool_name="six"),
               *(peer(rack.addresses[host], 64512, 64513) for host in KINDS))
    for host, router in routers.items():
        router.wait_established(SELF).wait_routes(ROUTES)
        for _ in range(3):
            before = router.updates(SELF)
            router.refresh(SELF)
            wait_until(f"{router.name} is told again, of both families", lambda: router.updates(SELF) >= before + 2)
            router.wait_routes(ROUTES)
        check("its session stands", router.established(SELF) and
              rack.peer(rack.addresses[host])["EstablishedCount"] == 1)
    marks = routers["openbgpd"].neighbor(SELF)["stats"]["route-refresh"]["received"]
    check("OpenBGPD saw where each begins and ends", marks["borr"] == marks["eorr"] == 6, marks)
