"""The routers that the appliance speaks with in labs: BIRD, FRR and GoBGP, each set up, run and read in its own terms.

All three are told of their neighbours in the same way, and answer the same questions:

    tor = Bird(lab, namespace, asn=64512, router_id="10.126.77.125",
               neighbors=[Neighbor("10.126.77.10", 64513, hold_time=15)])
    tor.start()
    tor.established("10.126.77.10")     whether that session is up
    tor.routes()                        {prefix: Route} of its table of BGP routes, both families

What a router was told to announce is in `announce` (prefixes, IPv4 or IPv6).
"""
import collections
import dataclasses
import json
import re
import shutil

from harness import check, wait_until

Route = collections.namedtuple("Route", "next_hop as_path")


@dataclasses.dataclass
class Neighbor:
    address: str
    asn: int
    hold_time: int = 90
    passive: bool = False
    password: str = ""
    families: tuple = ("ipv4",)


class Router:
    def __init__(self, lab, namespace, asn, router_id, neighbors, announce=(), name=None):
        self.lab = lab
        self.namespace = namespace
        self.asn = asn
        self.router_id = router_id
        self.neighbors = list(neighbors)
        self.announce = list(announce)
        self.name = name or f"{type(self).__name__.lower()}-{namespace.name}"
        self.directory = lab.directory / self.name
        self.directory.mkdir()
        self.process = None

    def wait_established(self, address, seconds=20.0):
        wait_until(f"{self.name} has a session with {address}", lambda: self.established(address), seconds)
        return self

    def wait_route(self, prefix, seconds=10.0):
        return wait_until(f"{prefix} is in the table of {self.name}", lambda: self.routes().get(prefix), seconds)

    def wait_no_route(self, prefix, seconds=10.0):
        wait_until(f"{prefix} is gone from the table of {self.name}", lambda: prefix not in self.routes(), seconds)

    def stop(self):
        self.process.stop()

    def kill(self):
        self.process.kill()

    def _announced(self, family):
        return [prefix for prefix in self.announce if (":" in prefix) == (family == "ipv6")]

    def established(self, address):
        raise NotImplementedError

    def routes(self):
        raise NotImplementedError


class Bird(Router):
    """BIRD 2. With `kernel=True` its routes are in the namespace's routing table, so that it forwards by them."""

    def __init__(self, *arguments, kernel=False, **options):
        super().__init__(*arguments, **options)
        self.kernel = kernel
        self.control = self.directory / "ctl"

    def configuration(self):
        lines = [f"router id {self.router_id};", "protocol device { scan time 1; }", "protocol direct { ipv4; ipv6; }"]
        if self.kernel:
            for family in ("ipv4", "ipv6"):
                # BGP's alone: the kernel has those of its own interfaces.
                lines.append(f"protocol kernel kernel_{family} {{ {family} {{ import none; "
                             "export where source = RTS_BGP; }; }")
        for family in ("ipv4", "ipv6"):
            routes = " ".join(f"route {prefix} blackhole;" for prefix in self._announced(family))
            lines.append(f"protocol static static_{family} {{ {family}; {routes} }}")
        for neighbor in self.neighbors:
            channels = " ".join(f"{family} {{ import all; export where source = RTS_STATIC; }};"
                                for family in neighbor.families)
            lines.append(f"""protocol bgp {self.session(neighbor.address)} {{
  local as {self.asn};
  neighbor {neighbor.address} as {neighbor.asn};
  hold time {neighbor.hold_time};
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  {'passive on;' if neighbor.passive else ''}
  {f'password "{neighbor.password}";' if neighbor.password else ''}
  {channels}
}}""")
        return "\n".join(lines) + "\n"

    @staticmethod
    def session(address):
        """The name of the session with a neighbour."""
        return "to_" + re.sub(r"[^0-9a-z]", "_", address.lower())

    def start(self):
        (self.directory / "bird.conf").write_text(self.configuration(), encoding="utf-8")
        self.process = self.namespace.start(self.name, "bird", "-f", "-c", self.directory / "bird.conf",
                                            "-s", self.control, "-P", self.directory / "pid")
        wait_until(f"{self.name} answers", lambda: self.control.exists() and
                   self.namespace.run("birdc", "-s", self.control, "show", "status", expect=None).returncode == 0)
        return self

    def reconfigure(self):
        (self.directory / "bird.conf").write_text(self.configuration(), encoding="utf-8")
        check("BIRD takes its new configuration", "Reconfigur" in self.birdc("configure"))

    def birdc(self, *words, expect=0):
        return self.namespace.run("birdc", "-s", self.control, *words, expect=expect).stdout

    def established(self, address):
        return re.search(rf"^{self.session(address)}\s.*\sEstablished\s*$", self.birdc("show", "protocols"),
                         re.MULTILINE) is not None

    def last_error(self, address):
        """What BIRD says of the session's last end, as `Received: Administrative shutdown`."""
        found = re.search(r"Last error:\s+(.*)", self.birdc("show", "protocols", "all", self.session(address)))
        return found[1].strip() if found else ""

    def routes(self):
        routes, prefix = {}, None
        for line in self.birdc("show", "route", "all", "where", "source", "=", "RTS_BGP").splitlines():
            if found := re.match(r"([0-9a-f.:]+/\d+)\s", line):
                prefix = found[1]
                routes[prefix] = Route("", ())
            elif found := re.match(r"\s+BGP\.as_path:(.*)", line):
                routes[prefix] = routes[prefix]._replace(as_path=tuple(int(word) for word in found[1].split()))
            elif found := re.match(r"\s+BGP\.next_hop: (\S+)", line):
                routes[prefix] = routes[prefix]._replace(next_hop=found[1])
        return routes

    def has(self, prefix):
        """Whether it has a route, without listing them all."""
        return f"{prefix} " in self.birdc("show", "route", prefix, expect=None)  # 1 where there is none

    def count(self):
        """How many BGP routes, without listing them."""
        return sum(int(number) for number in re.findall(
            r"^(\d+) of \d+ routes", self.birdc("show", "route", "where", "source", "=", "RTS_BGP", "count"),
            re.MULTILINE))


class Frr(Router):
    """FRR's bgpd, and the zebra it wants: run by hand, with sockets and files of their own.

    They insist on being the user that the package made.
    """

    DAEMONS = "/usr/lib/frr"

    def configuration(self):
        lines = [f"router bgp {self.asn}", f" bgp router-id {self.router_id}", " no bgp ebgp-requires-policy",
                 " no bgp network import-check", " no bgp default ipv4-unicast",
                 # Else its neighbours keep its routes for a while after it has ended.
                 " bgp graceful-restart-disable"]
        for neighbor in self.neighbors:
            lines.append(f" neighbor {neighbor.address} remote-as {neighbor.asn}")
            lines.append(f" neighbor {neighbor.address} timers {max(neighbor.hold_time // 3, 0)} {neighbor.hold_time}")
            lines.append(f" neighbor {neighbor.address} timers connect 1")
            if neighbor.passive:
                lines.append(f" neighbor {neighbor.address} passive")
            if neighbor.password:
                lines.append(f" neighbor {neighbor.address} password {neighbor.password}")
        for family in ("ipv4", "ipv6"):
            lines.append(f" address-family {family} unicast")
            lines += [f"  network {prefix}" for prefix in self._announced(family)]
            lines += [f"  neighbor {neighbor.address} activate" for neighbor in self.neighbors
                      if family in neighbor.families]
            lines.append(" exit-address-family")
        return "\n".join(lines) + "\n"

    def start(self):
        (self.directory / "bgpd.conf").write_text(self.configuration(), encoding="utf-8")
        (self.directory / "zebra.conf").write_text("\n", encoding="utf-8")
        shutil.chown(self.directory, "frr", "frr")
        common = ["-P", "0", "--vty_socket", self.directory,
                  "-z", self.directory / "zserv", "--log", "stdout"]
        self.zebra = self._start_daemon("zebra", *common)
        self.process = self._start_daemon("bgpd", *common)
        return self

    def _start_daemon(self, daemon, *options):
        process = self.namespace.start(f"{self.name}-{daemon}", f"{self.DAEMONS}/{daemon}", *options,
                                       "-f", self.directory / f"{daemon}.conf", "-i", self.directory / f"{daemon}.pid")
        wait_until(f"{self.name}'s {daemon} answers",
                   lambda: (self.directory / f"{daemon}.vty").exists() or not process.running())
        check(f"{daemon} runs: {process.log()}", process.running())
        return process

    def stop(self):
        super().stop()
        self.zebra.stop()

    def vtysh(self, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return self.namespace.run("vtysh", "--vty_socket", self.directory, *words).stdout

    def neighbor(self, address):
        """FRR's own account of a neighbour."""
        return json.loads(self.vtysh(f"show bgp neighbors {address} json")).get(address, {})

    def established(self, address):
        return self.neighbor(address).get("bgpState") == "Established"

    def routes(self):
        routes = {}
        for family in ("ipv4", "ipv6"):
            table = json.loads(self.vtysh(f"show bgp {family} unicast json") or "{}").get("routes", {})
            for prefix, paths in table.items():
                best = next((path for path in paths if path.get("bestpath")), None)
                if best and best.get("peerId") != "(unspec)":  # its own, else
                    hops = [hop["ip"] for hop in best.get("nexthops", []) if hop.get("used")]
                    path = tuple(int(word) for word in best.get("path", "").split() if word.isdigit())
                    routes[prefix] = Route(hops[0] if hops else "", path)
        return routes


class GoBgp(Router):
    """GoBGP, which keeps its routes to itself."""

    def configuration(self):
        lines = ["[global.config]", f"  as = {self.asn}", f'  router-id = "{self.router_id}"']
        for neighbor in self.neighbors:
            lines += ["[[neighbors]]", "  [neighbors.config]", f'    neighbor-address = "{neighbor.address}"',
                      f"    peer-as = {neighbor.asn}"]
            if neighbor.password:
                lines.append(f'    auth-password = "{neighbor.password}"')
            lines += ["  [neighbors.timers.config]", "    connect-retry = 1", f"    hold-time = {neighbor.hold_time}",
                      f"    keepalive-interval = {max(neighbor.hold_time // 3, 1)}"]
            if neighbor.passive:
                lines += ["  [neighbors.transport.config]", "    passive-mode = true"]
            for family in neighbor.families:
                lines += ["  [[neighbors.afi-safis]]", "    [neighbors.afi-safis.config]",
                          f'      afi-safi-name = "{family}-unicast"']
        return "\n".join(lines) + "\n"

    def start(self):
        (self.directory / "gobgpd.toml").write_text(self.configuration(), encoding="utf-8")
        self.process = self.namespace.start(self.name, "gobgpd", "-f", self.directory / "gobgpd.toml",
                                            "--api-hosts", "127.0.0.1:50051", "--pprof-disable")
        wait_until(f"{self.name} answers", lambda: self.namespace.run("gobgp", "global", "-j",
                                                                      expect=None).returncode == 0)
        for prefix in self.announce:
            self.add(prefix)
        return self

    def add(self, prefix):
        self.gobgp("global", "rib", "add", prefix, "-a", "ipv6" if ":" in prefix else "ipv4")

    def gobgp(self, *words):
        return self.namespace.run("gobgp", *words).stdout

    def established(self, address):
        neighbors = json.loads(self.gobgp("neighbor", "-j"))
        return any(neighbor["state"]["neighbor_address"] == address and neighbor["state"].get("session_state") == 6
                   for neighbor in neighbors)

    def routes(self):
        routes = {}
        for family in ("ipv4", "ipv6"):
            for prefix, paths in json.loads(self.gobgp("global", "rib", "-a", family, "-j") or "{}").items():
                received = [path for path in paths if path.get("neighbor-ip", "").rstrip("<nil>")]
                if received:
                    routes[prefix] = self._route(received[0])
        return routes

    @staticmethod
    def _route(path):
        next_hop, as_path = "", ()
        for attribute in path["attrs"]:
            if attribute["type"] == 2:
                as_path = tuple(asn for segment in attribute["as_paths"] for asn in segment["asns"])
            elif attribute["type"] in (3, 14):
                next_hop = attribute["nexthop"]
        return Route(next_hop, as_path)
