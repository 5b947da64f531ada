"""Graceful restart (RFC 4724): routes stay at the routers while the appliance is away, if it was told so beforehand."""
import time

from appliance import peer, pool, service
from harness import check, never, wait_until, waits
from peers import Bird, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, Rack

# ExaBGP keeps nobody's routes.
KINDS = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd}
POOL = pool("10.126.77.200-10.126.77.220")
ROUTES = {"10.126.77.200/32", "10.126.77.201/32"}
BOTH = (POOL, service("default/a", address="10.126.77.200"), service("default/b", address="10.126.77.201"))


def site(lab, *resources, restart_time=30, graceful=True):
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(SELF, 64513, graceful_restart=True)]).start() for host, kind in KINDS.items()}
    rack.start(*resources, *peers(rack, restart_time, graceful))
    for router in routers.values():
        router.wait_routes(ROUTES, 20)
    return rack, routers


def peers(rack, restart_time=30, graceful=True):
    return [peer(address, 64512, 64513, GracefulRestart=graceful, RestartTimeInSeconds=restart_time)
            for address in rack.addresses.values()]


def leave(rack):
    rack.appliance.bus("PrepareRestart")
    rack.appliance.stop()
    rack.appliance.forget_connection()


def lab_routers_keep_the_routes_while_the_appliance_restarts(lab):
    rack, routers = site(lab, *BOTH)
    leave(rack)
    for router in routers.values():
        wait_until(f"{router.name} sees that the session ended", lambda: not router.established(SELF))
        check("it keeps the routes", set(router.routes()) == ROUTES, router.routes())
    # While it was away one of the services went, and another came.
    rack.configure(POOL, service("default/a", address="10.126.77.200"), service("default/c", address="10.126.77.202"),
                   *peers(rack))
    rack.appliance.start()
    for router in routers.values():
        wait_until(f"{router.name} knows what changed, and never lost what did not",
                   lambda: check_never_without(router, "10.126.77.200/32") ==
                   {"10.126.77.200/32", "10.126.77.202/32"}, 30)
        router.wait_attributes("10.126.77.200/32", {"stale": False})


def check_never_without(router, prefix):
    routes = set(router.routes())
    check(f"{router.name} has {prefix} all the time", prefix in routes, routes)
    return routes


@waits
def lab_routes_are_gone_when_the_appliance_does_not_come_back_in_its_restart_time(lab):
    rack, routers = site(lab, *BOTH, restart_time=12)
    leave(rack)
    never("a route is gone before", lambda: any(set(router.routes()) != ROUTES for router in routers.values()),
          3, every=0.2)
    for router in routers.values():
        router.wait_routes((), 20)


def lab_an_appliance_that_is_stopped_for_good_withdraws(lab):
    rack, routers = site(lab, *BOTH)
    start = time.monotonic()
    rack.appliance.stop()
    for router in routers.values():
        router.wait_routes((), 10)
    check("and not when a restart time is over", time.monotonic() - start < 20, time.monotonic() - start)


def lab_a_peer_without_graceful_restart_is_told_of_the_end_also_when_it_was_prepared(lab):
    rack, routers = site(lab, *BOTH, graceful=False)
    leave(rack)
    for router in routers.values():
        router.wait_routes((), 3)


def lab_routers_keep_the_routes_of_a_killed_appliance(lab):
    # RFC 4724 section 4: the connection is lost, and nobody said goodbye.
    rack, routers = site(lab, *BOTH)
    rack.appliance.kill()
    rack.appliance.forget_connection()
    rack.appliance.start(seconds=20)
    for router in routers.values():
        wait_until(f"{router.name} has a session again, and the routes all the time",
                   lambda: check_never_without(router, "10.126.77.200/32") == ROUTES and router.established(SELF), 30)
