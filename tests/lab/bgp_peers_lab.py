"""Sessions and routes with the real routers. What is compared is the router's own table."""
import ipaddress

from appliance import peer, pool, service
from bgp_speaker import Honest, Speaker, update_message
from harness import check, limit, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd, Route
from rack import Rack, SELF, host_routes

# What the router is, and what the appliance is to it: numbers on both sides of 65536, and the same on both.
PAIRS = {"two": (64512, 64513), "four": (4200000001, 4200000002), "mixed": (64514, 4200000003),
         "internal": (65001, 65001)}


def sessions_and_routes(lab, router_kind):
    rack = Rack(lab, *PAIRS)
    routers = {name: router_kind(lab, rack.hosts[name], its_asn, rack.addresses[name], [Neighbor(SELF, our_asn, 15)],
                                 announce=["10.9.0.0/24"]) for name, (its_asn, our_asn) in PAIRS.items()}
    for router in routers.values():
        router.start()
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web", address="10.126.77.205"),
               *(peer(rack.addresses[name], *asns, hold_time=15) for name, asns in PAIRS.items()))
    for router in routers.values():
        router.wait_established(SELF)
    # Asked for once the sessions stand: the one of the document was there before them.
    given = rack.appliance.allocate("default/api", PoolName="compute")
    check("the first free address is given", given == ["10.126.77.200"], given)

    for name, router in routers.items():
        as_path = () if name == "internal" else (PAIRS[name][1],)
        wanted = {f"10.126.77.{last}/32": Route(SELF, as_path) for last in (200, 205)}
        wait_until(f"the table of {router.name} is {wanted}", lambda: router.routes() == wanted or None, 10)
        check_shown(rack, name)

    rack.release(["default/api"])
    for router in routers.values():
        router.wait_no_route("10.126.77.200/32")
        check("the other stays", "10.126.77.205/32" in router.routes(), router.routes())
    check("nothing listens on the appliance", not listeners(rack.namespace), listeners(rack.namespace))
    check("the appliance does not route by what it hears",
          all(route["dst"] != "10.9.0.0/24" for route in rack.namespace.ip("route", "show", "table", "all")))


def check_shown(rack, name):
    """What D-Bus says of a session that stands."""
    its_asn, our_asn = PAIRS[name]
    # At least: FRR sends ours back to us.
    wait_until("the router's route is counted", lambda: rack.peer(rack.addresses[name])["RoutesReceived"] >= 1)
    shown = rack.peer(rack.addresses[name])
    wanted = {"State": "Established", "PeerAsn": its_asn, "SelfAsn": our_asn, "EstablishedCount": 1,
              "NegotiatedHoldTime": 15, "NegotiatedKeepaliveTime": 5, "LocalAddress": SELF,
              "RemoteRouterId": rack.addresses[name], "RoutesAnnounced": 2, "ConfigurationSource": "Dsc"}
    check(f"D-Bus shows the session '{name}'", wanted.items() <= shown.items(),
          {key: shown.get(key) for key in wanted})


def listeners(namespace):
    return namespace.run("ss", "-H", "-l", "-t", "-n").stdout.split("\n")[:-1]


def lab_bird_has_the_routes_over_every_kind_of_session(lab):
    sessions_and_routes(lab, Bird)


def lab_frr_has_the_routes_over_every_kind_of_session(lab):
    sessions_and_routes(lab, Frr)


def lab_gobgp_has_the_routes_over_every_kind_of_session(lab):
    sessions_and_routes(lab, GoBgp)


def lab_openbgpd_has_the_routes_over_every_kind_of_session(lab):
    sessions_and_routes(lab, OpenBgpd)


def lab_exabgp_has_the_routes_over_every_kind_of_session(lab):
    sessions_and_routes(lab, ExaBgp)


@limit(300)
def lab_ten_thousand_addresses_come_and_go_at_three_routers(lab):
    rack = Rack(lab, "bird", "frr", "gobgp")
    kinds = {"bird": Bird, "frr": Frr, "gobgp": GoBgp}
    routers = [kind(lab, rack.hosts[name], 64512, rack.addresses[name], [Neighbor(SELF, 64513)]).start()
               for name, kind in kinds.items()]
    rack.start(pool("10.200.0.0-10.200.39.15"), *(peer(rack.addresses[name], 64512, 64513) for name in kinds))
    for router in routers:
        router.wait_established(SELF)

    def all_have(addresses):
        wanted = host_routes(addresses)
        for router in routers:
            wait_until(f"{router.name} has exactly those {len(wanted)} routes",
                       lambda: set(router.routes()) == wanted, 30, every=0.25)

    given = rack.allocate_many([f"load/{number}" for number in range(10000)])
    pool_addresses = {str(ipaddress.ip_address("10.200.0.0") + number) for number in range(10000)}
    check("the whole pool is given", set(given.values()) == pool_addresses)
    all_have(pool_addresses)
    gone = [f"load/{number}" for number in range(0, 10000, 2)]
    rack.release(gone)
    all_have(pool_addresses - {given[name] for name in gone})
    rack.allocate_many(gone)
    all_have(pool_addresses)
    rack.release(given)
    all_have(())
    check("no session was lost on the way",
          all(rack.peer(rack.addresses[name])["EstablishedCount"] == 1 for name in kinds))


def lab_a_feed_of_fifty_thousand_routes_is_counted_and_dropped(lab):
    rack = Rack(lab, "feeder", "tor")
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"], [Neighbor(SELF, 64513)]).start()
    address = rack.addresses["feeder"]
    networks = [f"{20 + number // 65536}.{number // 256 % 256}.{number % 256}.0/24" for number in range(50000)]
    feed = [update_message(networks[first:first + 500], 64520, address) for first in range(0, 50000, 500)]
    feeder = Speaker(rack.hosts["feeder"], address, Honest(64520, feed=feed))
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web"), peer(address, 64520, 64513),
               peer(rack.addresses["tor"], 64512, 64513))

    wait_until("the feed is counted", lambda: rack.peer(address).get("RoutesReceived") == 50000, 30)
    before = rack.memory()
    session = feeder.session()
    for octets in feed * 4:
        session.send(octets)
    wait_until("four more are counted", lambda: rack.peer(address)["RoutesReceived"] == 250000, 30)
    grown = rack.memory() - before
    check("received routes take no memory", grown <= 256, f"{grown} KiB more")
    check("the kernel routes by none of them", not [
        route for route in rack.namespace.ip("route", "show", "table", "all") if route["dst"].startswith("20.")])
    bird.wait_route("10.126.77.200/32")
    check("none is passed on", set(bird.routes()) == {"10.126.77.200/32"}, set(bird.routes()))
    check("the feeder was told of the service", session.routes == {"10.126.77.200/32"}, session.routes)
