"""BFD (RFC 5880 to 5883) with FRR's bfdd and with BIRD, beside the BGP sessions that it watches."""
import signal
import time

from appliance import bfd_profile, peer, pool, service
from harness import check, never, wait_until
from peers import Bfd, Bird, Frr, Neighbor
from rack import SELF, SELF6, Rack

SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/web"))
ROUTE = "10.126.77.200/32"
KINDS = {"bird": Bird, "frr": Frr}


def site(lab, far_end=SELF, bfd=None, **options):
    rack = Rack(lab, *KINDS, ipv6=True)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(far_end, 64513, bfd=bfd, **options)]).start() for host, kind in KINDS.items()}
    return rack, routers


def peers(rack, addresses=None, **more):
    return [peer(address, 64512, 64513, **{"BFDProfile": "lab", **more})
            for address in (addresses or rack.addresses).values()]


def wait_up(rack, routers, far_end=SELF, addresses=None):
    for host, router in routers.items():
        router.wait_route(ROUTE, 20)
        address = (addresses or rack.addresses)[host]
        wait_until(f"BFD with {router.name} is up",
                   lambda: rack.bfd(address) == "up" and router.bfd(far_end) == "up", 10)


def lab_bfd_is_up_over_ipv4(lab):
    rack, routers = site(lab, bfd=Bfd(100, 100))
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack))
    wait_up(rack, routers)


def lab_bfd_is_up_over_ipv6(lab):
    rack, routers = site(lab, far_end=SELF6, bfd=Bfd(100, 100))
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack, rack.addresses6))
    wait_up(rack, routers, SELF6, rack.addresses6)


def lab_bfd_is_up_where_the_router_waits_for_our_first_packet(lab):
    rack, routers = site(lab, bfd=Bfd(100, 100, passive=True))
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack))
    wait_up(rack, routers)


def lab_bfd_is_up_where_we_wait_for_the_routers_first_packet(lab):
    rack, routers = site(lab, bfd=Bfd(100, 100))
    rack.start(*SERVICES, bfd_profile("lab", 100, PassiveMode=True), *peers(rack))
    wait_up(rack, routers)


def lab_bfd_is_up_with_a_router_that_was_found_by_its_advertisements(lab):
    rack = Rack(lab, "tor")
    frr = Frr(lab, rack.hosts["tor"], 64512, rack.addresses["tor"],
              [Neighbor("", "external", unnumbered=True, interface="eth0", bfd=Bfd(100, 100))]).start()
    rack.start(*SERVICES, bfd_profile("lab", 100), peer("vSwitch1", "external", 64513, BFDProfile="lab"))
    frr.wait_route(ROUTE, 20)
    wait_until("BFD is up", lambda: rack.bfd("vSwitch1") == "up" and frr.bfd(rack.link_local_of_switch()) == "up")


def lab_bfd_is_up_over_several_hops(lab):
    rack = Rack(lab, "middle")
    middle = rack.hosts["middle"]
    middle.sysctl("net.ipv4.ip_forward", 1)
    routers, addresses = {}, {}
    for number, (host, kind) in enumerate(KINDS.items(), 2):
        far, addresses[host] = lab.namespace(host), f"10.{number}.0.1"
        lab.connect(middle, f"eth{number}", far, "eth0")
        middle.address(f"eth{number}", f"10.{number}.0.254/24")
        far.address("eth0", f"{addresses[host]}/24")
        far.route("default", "via", f"10.{number}.0.254")
        routers[host] = kind(lab, far, 64512, addresses[host], [
            Neighbor(SELF, 64513, local_address=addresses[host], multihop=3, bfd=Bfd(100, 100))]).start()
    # BIRD sends what goes over several hops with a TTL of 64.
    rack.start(*SERVICES, bfd_profile("lab", 100), bfd_profile("low", 100, MinimumTtl=60),
               *(peer(addresses[host], 64512, 64513, EbgpMultihop=3, BFDProfile="low" if host == "bird" else "lab")
                 for host in KINDS), gateway="10.126.77.101")
    wait_up(rack, routers, addresses=addresses)


def lose_bfd(host):
    """What it sends of single-hop BFD ends in a queue without room."""
    for words in ("qdisc add dev eth0 root handle 1: htb default 1",
                  "class add dev eth0 parent 1: classid 1:1 htb rate 10gbit quantum 60000",
                  "class add dev eth0 parent 1: classid 1:2 htb rate 10gbit quantum 60000",
                  "qdisc add dev eth0 parent 1:2 bfifo limit 1",
                  "filter add dev eth0 parent 1: protocol ip u32 match ip protocol 17 0xff "
                  "match ip dport 3784 0xffff flowid 1:2"):
        host.run("tc", *words.split())


def lab_a_router_that_bfd_hears_no_more_of_loses_its_session(lab):
    rack, routers = site(lab, bfd=Bfd(50, 50), passive=True)
    rack.start(*SERVICES, bfd_profile("lab", 50), *peers(rack))
    wait_up(rack, routers)
    # FRR's bfdd stands still, its bgpd does not; of BIRD all packets of BFD are lost on their way to us.
    routers["frr"].bfdd.signal(signal.SIGSTOP)
    lose_bfd(rack.hosts["bird"])
    for address in rack.addresses.values():
        wait_until("the session ends for it", lambda: "BFD Down" in rack.said(address), 5)
    # BIRD knows of no such reason yet.
    wait_until("FRR reads why", lambda: "BFD" in routers["frr"].last_error(SELF))
    routers["frr"].bfdd.signal(signal.SIGCONT)
    rack.hosts["bird"].run("tc", "qdisc", "delete", "dev", "eth0", "root")
    wait_up(rack, routers)


def lab_intervals_change_while_bfd_is_up(lab):
    rack, routers = site(lab, bfd=Bfd(50, 50))
    rack.start(*SERVICES, bfd_profile("lab", 200), *peers(rack))
    wait_up(rack, routers)
    wait_until("BIRD sends at our interval", lambda: routers["bird"].bfd_interval(SELF) == 200)
    before = rack.sessions(*rack.addresses.values())
    for milliseconds in (60, 500, 100):
        rack.change(*SERVICES, bfd_profile("lab", milliseconds), *peers(rack))
        wait_until("BIRD sends at the new one", lambda: routers["bird"].bfd_interval(SELF) == milliseconds)
        wait_until("FRR knows it", lambda: routers["frr"].bfd_peer(SELF)["remote-receive-interval"] == milliseconds and
                   routers["frr"].bfd_peer(SELF)["remote-transmit-interval"] == milliseconds)
        never("a session of either kind ends", lambda: rack.sessions(*rack.addresses.values()) != before or
              any(rack.bfd(address) != "up" for address in rack.addresses.values()), 0.7)


def lab_bfd_that_is_configured_no_more_is_said_to_be_administratively_down(lab):
    # By RFC 5882 section 3.2 that says nothing of the way to us, but both these routers end the BGP session for it, by
    # whomever it is said: it comes back.
    rack, routers = site(lab, bfd=Bfd(100, 100))
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack))
    wait_up(rack, routers)
    rack.change(*SERVICES, *[peer(address, 64512, 64513) for address in rack.addresses.values()])
    for router in routers.values():
        wait_until("the router sees that it went", lambda: router.bfd(SELF) == "down")
    wait_until("FRR knows why", lambda: routers["frr"].bfd_peer(SELF)["remote-diagnostic"] == "administratively down")
    for address in rack.addresses.values():
        check("we ended no session for it", "BFD" not in rack.said(address), rack.said(address))
    for router in routers.values():
        router.wait_established(SELF).wait_route(ROUTE)


def lab_a_router_reads_why_the_appliance_stops_with_bfd_too(lab):
    # Passive, so that no attempt of its own hides how the session ended.
    rack, routers = site(lab, bfd=Bfd(100, 100), passive=True)
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack))
    wait_up(rack, routers)
    began = time.monotonic()
    rack.appliance.stop()
    rack.appliance.forget_connection()
    check("it took no longer than its peers need to be told", time.monotonic() - began < 4, time.monotonic() - began)
    for router in routers.values():
        router.wait_no_route(ROUTE)
    # FRR shows the last thing that it heard only, and that is BFD's end.
    bird = routers["bird"]
    wait_until(f"BIRD has read why: {bird.last_error(SELF)}",
               lambda: "Portreeve is stopping" in bird.last_error(SELF))


def lab_a_prepared_restart_keeps_the_routes_with_bfd_too(lab):
    rack, routers = site(lab, bfd=Bfd(100, 100), graceful_restart=True)
    more = {"GracefulRestart": True, "RestartTimeInSeconds": 30}
    rack.start(*SERVICES, bfd_profile("lab", 100), *peers(rack, **more))
    wait_up(rack, routers)
    rack.appliance.bus("PrepareRestart")
    rack.appliance.stop()
    rack.appliance.forget_connection()
    never("a route is gone", lambda: any(ROUTE not in router.routes() for router in routers.values()), 1.5)
    rack.appliance.start()
    for router in routers.values():
        wait_until("the session is back, and the route was never gone", lambda: check_has_route(router) and
                   router.established(SELF), 30)
    wait_up(rack, routers)


def check_has_route(router):
    check(f"{router.name} has the route all the time", ROUTE in router.routes(), router.routes())
    return True


def lab_a_session_in_strict_mode_waits_for_bfd(lab):
    rack, routers = site(lab)
    rack.start(*SERVICES, bfd_profile("lab", 100, StrictMode=True), *peers(rack))
    never("a session comes", lambda: any(rack.peer(address).get("EstablishedCount")
                                         for address in rack.addresses.values()), 2.5)
    check("it is said why", "BFD" in rack.peer(rack.addresses["bird"])["WaitingFor"], rack.peer(rack.addresses["bird"]))
    routers["bird"].neighbors[0].bfd = Bfd(100, 100)
    routers["bird"].reconfigure()
    routers["bird"].wait_route(ROUTE, 20)
    wait_until("BFD is up", lambda: rack.bfd(rack.addresses["bird"]) == "up")
