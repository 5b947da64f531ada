"""Who may speak with us: TCP's MD5 signatures (RFC 2385), the distance of GTSM (RFC 5082), and routers further away."""
import pathlib

from appliance import bgp_speaker, peer, pool, service
from bgp_speaker import Honest, Speaker
from harness import check, never, wait_until
from peers import Bird, ExaBgp, Frr, GoBgp, Neighbor, OpenBgpd
from rack import SELF, SELF6, Rack

SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/web"))
ROUTE = "10.126.77.200/32"
KINDS = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd, "exabgp": ExaBgp}
PASSWORD = "vErY-sEcReT-4711"


def password_file(lab, password, name="password"):
    file = lab.directory / name
    file.write_text(f"{password}\n", encoding="ascii")
    file.chmod(0o600)
    return file


def lab_routers_and_the_appliance_sign_what_they_say(lab):
    rack = Rack(lab, *KINDS)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(SELF, 64513, password=PASSWORD)]).start() for host, kind in KINDS.items()}
    file = password_file(lab, PASSWORD)
    rack.start(*SERVICES, *(peer(address, 64512, 64513, PasswordFile=file) for address in rack.addresses.values()))
    for router in routers.values():
        router.wait_route(ROUTE, 20)
    check_secret(rack)


def check_secret(rack):
    """The password is where it was read, and nowhere else: not what is shown, not what is logged, not in the memory
    that would be part of a core file."""
    shown = str(rack.appliance.objects()) + rack.appliance.bus("Describe") + rack.appliance.shell(
        "Get-HcsBGPPeers -SwitchName vSwitch1 | Format-List\nGet-HcsBGPPeerStatus\n")
    check("the password is shown nowhere", PASSWORD not in shown)
    check("nor is it in the log", PASSWORD not in rack.appliance.log())
    state = [file.read_bytes() for file in rack.appliance.state.rglob("*") if file.is_file()]
    check("nor among what is kept", not any(PASSWORD.encode() in octets for octets in state))
    found = [area for area, octets in core_memory(rack.appliance.process.pid) if PASSWORD.encode() in octets]
    check("nor in memory", not found, found)


def core_memory(pid):
    """(area, octets) of all memory of a process that a core file would hold."""
    areas = [line.split() for line in pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="ascii").splitlines()]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for words in areas:
            first, last = (int(word, 16) for word in words[0].split("-"))
            if "r" in words[1] and words[-1] not in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                memory.seek(first)
                try:
                    yield " ".join(words), memory.read(last - first)
                except OSError:  # what the kernel gives nobody
                    continue


def lab_ipv6_sessions_are_signed_too(lab):
    kinds = {"bird": Bird, "frr": Frr, "openbgpd": OpenBgpd}
    rack = Rack(lab, *kinds, ipv6=True)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(SELF6, 64513, password=PASSWORD)]).start() for host, kind in kinds.items()}
    file = password_file(lab, PASSWORD)
    rack.start(*SERVICES, *(peer(address, 64512, 64513, PasswordFile=file) for address in rack.addresses6.values()))
    for router in routers.values():
        router.wait_route(ROUTE, 20)


def lab_a_router_with_another_password_has_no_session(lab):
    kinds = {"bird": Bird, "frr": Frr}
    rack = Rack(lab, *kinds)
    routers = {host: kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                          [Neighbor(SELF, 64513, password=f"{PASSWORD}-{host}")]).start()
               for host, kind in kinds.items()}
    wrong, right = password_file(lab, PASSWORD), password_file(lab, f"{PASSWORD}-bird", "right")
    peers = [peer(address, 64512, 64513, PasswordFile=wrong, ConnectRetryTimeInSeconds=1)
             for address in rack.addresses.values()]
    rack.start(*SERVICES, *peers)
    never("a session comes", lambda: any(router.established(SELF) for router in routers.values()) or
          any(rack.peer(address)["EstablishedCount"] for address in rack.addresses.values()), 3)
    check("nor without one", not rack.connections())
    peers[0] = peer(rack.addresses["bird"], 64512, 64513, PasswordFile=right, ConnectRetryTimeInSeconds=1)
    rack.change(*SERVICES, *peers)
    routers["bird"].wait_route(ROUTE, 20)


def lab_a_password_comes_from_a_credential(lab):
    rack = Rack(lab, "tor")
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"],
                [Neighbor(SELF, 64513, password=PASSWORD)]).start()
    credentials = lab.directory / "credentials"
    credentials.mkdir()
    file = credentials / "tor"
    file.write_text(PASSWORD, encoding="ascii")
    file.chmod(0o400)
    rack.configure(*SERVICES, peer(rack.addresses["tor"], 64512, 64513, PasswordCredential="tor"))
    rack.appliance.start(env={"CREDENTIALS_DIRECTORY": str(credentials)})
    bird.wait_route(ROUTE, 20)
    check_secret(rack)


def lab_a_password_is_exchanged_while_the_session_stands(lab):
    rack = Rack(lab, "router")
    address = rack.addresses["router"]
    router = Speaker(rack.hosts["router"], address, Honest(64512, hold_time=9), signed=(SELF, PASSWORD))
    old, new = password_file(lab, PASSWORD), password_file(lab, "another-one", "new")
    rack.start(*SERVICES, peer(address, 64512, 64513, hold_time=9, PasswordFile=old))
    session = router.session()
    wait_until("it has the route", lambda: session.routes == {ROUTE})
    rack.wait_established(address)  # on the bus, too
    before = rack.sessions(address)
    router.sign_anew("another-one")
    rack.change(*SERVICES, service("default/more"), peer(address, 64512, 64513, hold_time=9, PasswordFile=new))
    wait_until("it is told of what came after", lambda: len(session.routes) == 2, 10)
    never("the session ends", lambda: session.ended, 4)
    check("the appliance did not see it end either", rack.sessions(address) == before)


def lab_gtsm_lets_in_neighbours(lab):
    rack = Rack(lab, *KINDS, ipv6=True)
    routers = {}
    for host, kind in KINDS.items():
        far_end = SELF6 if host in ("frr", "openbgpd") else SELF  # either family
        routers[host] = far_end, kind(lab, rack.hosts[host], 64512, rack.addresses[host],
                                      [Neighbor(far_end, 64513, gtsm_hops=1)]).start()
    # ExaBGP answers those who dial it with the usual TTL: it has to dial.
    rack.start(*SERVICES, bgp_speaker(),
               *(peer(rack.addresses6[host] if far_end == SELF6 else rack.addresses[host], 64512, 64513, GtsmHops=1,
                      ConnectMode="Passive" if host == "exabgp" else "Active")
                 for host, (far_end, _) in routers.items()))
    for far_end, router in routers.values():
        router.wait_established(far_end).wait_route(ROUTE)


def behind_a_router(lab, **kinds):
    """Routers two hops away, by way of a host that forwards: their addresses and they themselves."""
    rack = Rack(lab, "middle")
    middle = rack.hosts["middle"]
    middle.sysctl("net.ipv4.ip_forward", 1)
    routers = {}
    for number, (name, (kind, options)) in enumerate(kinds.items(), 2):
        address, gateway, far = f"10.{number}.0.1", f"10.{number}.0.254", lab.namespace(name)
        lab.connect(middle, f"eth{number}", far, "eth0")
        middle.address(f"eth{number}", f"{gateway}/24")
        far.address("eth0", f"{address}/24")
        far.route("default", "via", gateway)
        routers[address] = kind(lab, far, 64512, address,
                                [Neighbor(SELF, 64513, local_address=address, **options)]).start()
    return rack, routers


def towards(routers, **options):
    return *SERVICES, *(peer(address, 64512, 64513, ConnectRetryTimeInSeconds=1, **options) for address in routers)


def lab_routers_several_hops_away_are_reached_where_that_is_allowed(lab):
    rack, routers = behind_a_router(lab, **{host: (kind, {"multihop": 4}) for host, kind in KINDS.items()})
    rack.start(*towards(routers), gateway="10.126.77.101")
    never_reached(rack, routers)
    rack.change(*towards(routers, EbgpMultihop=2), gateway="10.126.77.101")
    for router in routers.values():
        router.wait_route(ROUTE, 30)
        check("the route leads to us", router.routes()[ROUTE].next_hop == SELF, router.routes())


def never_reached(rack, routers):
    """Not for long enough that both sides have tried."""
    never("a session comes", lambda: any(rack.peer(address).get("EstablishedCount") for address in routers), 2.5)


def lab_gtsm_shuts_out_who_is_too_far(lab):
    rack, routers = behind_a_router(lab, bird=(Bird, {"gtsm_hops": 2}), frr=(Frr, {"gtsm_hops": 2}))
    rack.start(*towards(routers, GtsmHops=1), gateway="10.126.77.101")
    never_reached(rack, routers)
    rack.change(*towards(routers, GtsmHops=2), gateway="10.126.77.101")
    for router in routers.values():
        router.wait_route(ROUTE, 30)
