"""BIRD 2 as a router of the labs."""
import re
import struct

from harness import check, wait_until
from router import WELL_KNOWN, Attributes, Route, Router, number_of


class Bird(Router):
    """With `kernel=True` its routes are in the namespace's routing table, so that it forwards by them; with
    `advertises="eth0"` it sends router advertisements there."""

    def __init__(self, *arguments, kernel=False, advertises="", **options):
        super().__init__(*arguments, **options)
        self.kernel = kernel
        self.advertises = advertises
        self.control = self.directory / "ctl"

    def configuration(self):
        lines = [f"router id {self.router_id};", "protocol device { scan time 1; }", "protocol direct { ipv4; ipv6; }",
                 self._bfd()]
        if self.advertises:
            lines.append(f'protocol radv {{ interface "{self.advertises}" '
                         "{ max ra interval 4; min ra interval 3; }; }")
        if self.kernel:
            for family in ("ipv4", "ipv6"):
                # BGP's alone: the kernel has those of its own interfaces.
                lines.append(f"protocol kernel kernel_{family} {{ {family} {{ import none; "
                             "export where source = RTS_BGP; }; }")
        for family in ("ipv4", "ipv6"):
            routes = " ".join(f"route {prefix} blackhole;" for prefix in self._announced(family))
            lines.append(f"protocol static static_{family} {{ {family}; {routes} }}")
        lines += [self._session(neighbor) for neighbor in self.neighbors]
        return "\n".join(lines) + "\n"

    def _bfd(self):
        bfd = next((neighbor.bfd for neighbor in self.neighbors if neighbor.bfd), None)
        if not bfd:
            return "protocol bfd { }"
        options = (f"{{ min rx interval {bfd.receive} ms; min tx interval {bfd.transmit} ms; "
                   f"multiplier {bfd.multiplier}; passive {'on' if bfd.passive else 'off'}; }}")
        return f'protocol bfd {{ interface "*" {options}; multihop {options}; }}'

    def _session(self, neighbor):
        zone = f"%'{neighbor.interface}'" if neighbor.interface else ""
        lines = [f"local {neighbor.local_address} port {neighbor.own_port} as {self.asn}",
                 f"neighbor {neighbor.address}{zone} port {neighbor.port} as {neighbor.asn}",
                 f"hold time {neighbor.hold_time}",
                 "connect delay time 1; connect retry time 2; error wait time 1, 2"]
        if neighbor.passive:
            lines.append("passive on")
        if neighbor.password:
            lines.append(f'password "{neighbor.password}"')
        if neighbor.multihop or neighbor.gtsm_hops > 1:
            lines.append(f"multihop {neighbor.multihop or neighbor.gtsm_hops}")
        if neighbor.gtsm_hops:
            lines.append("ttl security on")
        if neighbor.bfd:
            # RFC 5882 section 4.3: BFD that goes down in a restart ends nothing.
            lines.append("bfd graceful" if neighbor.graceful_restart else "bfd on")
        for family in neighbor.families:
            inside = "import all; export where source = RTS_STATIC;"
            if neighbor.max_prefixes:
                inside += f" receive limit {neighbor.max_prefixes} action disable;"
            if neighbor.extended_next_hop and family == "ipv4":
                inside += " extended next hop on;"
            lines.append(f"{family} {{ {inside} }}")
        return f"protocol bgp {self.session(neighbor.address)} {{\n  " + ";\n  ".join(lines) + ";\n}"

    @staticmethod
    def session(address):
        """The name of the session with a neighbour."""
        return "to_" + re.sub(r"[^0-9a-z]", "_", address.lower())

    def start(self):
        (self.directory / "bird.conf").write_text(self.configuration(), encoding="utf-8")
        self.process = self.namespace.start(self.name, "bird", "-f", "-c", self.directory / "bird.conf",
                                            "-s", self.control, "-P", self.directory / "pid")
        wait_until(f"{self.name} answers", lambda: not self.process.running() or self.control.exists() and
                   self.namespace.run("birdc", "-s", self.control, "show", "status", expect=None).returncode == 0)
        check(f"{self.name} runs: {self.process.log()}", self.process.running())
        return self

    def reconfigure(self):
        (self.directory / "bird.conf").write_text(self.configuration(), encoding="utf-8")
        check("BIRD takes its new configuration", "Reconfigur" in self.birdc("configure"))

    def birdc(self, *words, expect=0):
        return self.namespace.run("birdc", "-s", self.control, *words, expect=expect).stdout

    def established(self, address):
        return re.search(rf"^{self.session(address)}\s.*\sEstablished\s*$", self.birdc("show", "protocols"),
                         re.MULTILINE) is not None

    def shown(self, address):
        """All that BIRD says of a session."""
        return self.birdc("show", "protocols", "all", self.session(address))

    def last_error(self, address):
        """As `Received: Administrative shutdown`, and the text that came with it."""
        shown = self.shown(address)
        found = re.search(r"Last error:\s+(.*)", shown)
        message = re.search(r"Message:\s+(.*)", shown)
        return " ".join(match[1].strip() for match in (found, message) if match)

    def updates(self, address):
        return sum(int(number) for number in re.findall(r"Import updates:\s+(\d+)", self.shown(address)))

    def refresh(self, address):
        self.birdc("reload", "in", self.session(address))

    def shut(self, address, text):
        self.birdc("disable", self.session(address), f'"{text}"')

    def restart_session(self, address):
        self.birdc("restart", self.session(address))

    def bfd(self, address):
        """The state of a BFD session with a neighbour; empty where there is none."""
        found = re.search(rf"^{re.escape(address)}\s+\S+\s+(\S+)\s",
                          self.birdc("show", "bfd", "sessions"), re.MULTILINE)
        return found[1].lower() if found else ""

    def bfd_interval(self, address):
        """What it sends at, in milliseconds."""
        found = re.search(rf"^{re.escape(address)}\s+\S+\s+\S+\s+\S+\s+([0-9.]+)\s",
                          self.birdc("show", "bfd", "sessions"), re.MULTILINE)
        return round(float(found[1]) * 1000) if found else None

    def routes(self):
        routes, prefix = {}, None
        for line in self.birdc("show", "route", "all", "where", "source", "=", "RTS_BGP").splitlines():
            if found := re.match(r"([0-9a-f.:]+/\d+)\s", line):
                prefix = found[1]
                routes[prefix] = Route("", ())
            elif found := re.match(r"\s+BGP\.as_path:(.*)", line):
                routes[prefix] = routes[prefix]._replace(as_path=tuple(int(word) for word in found[1].split()))
            elif found := re.match(r"\s+BGP\.next_hop: (?::: )?(\S+)", line):
                routes[prefix] = routes[prefix]._replace(next_hop=found[1])
        return routes

    def attributes(self, prefix):
        shown = self.birdc("show", "route", prefix, "all", expect=None)
        if f"{prefix} " not in shown:
            return None

        def values(name):
            found = re.search(rf"\sBGP\.{name}: (.*)", shown)
            return re.findall(r"\(([^)]*)\)", found[1]) if found else []

        def number(name):
            found = re.search(rf"\sBGP\.{name}: (\d+)", shown)
            return int(found[1]) if found else None
        pairs = frozenset(":".join(part.strip() for part in pair.split(",")) for pair in values("community"))
        large = frozenset(":".join(part.strip() for part in triple.split(",")) for triple in values("large_community"))
        kinds = {"rt": "target", "ro": "origin"}
        parts = [[part.strip() for part in text.split(",")] for text in values("ext_community")]
        extended = frozenset(f"{kinds[kind]}:{first}:{second}" for kind, first, second in parts if kind in kinds)
        return Attributes(frozenset(number_of(pair, WELL_KNOWN) for pair in pairs), large, extended,
                          self._bandwidth(values("ext_community")), number("med"), number("local_pref"),
                          " (stale)" in shown or "[stale]" in shown)

    @staticmethod
    def _bandwidth(extended):
        """BIRD knows no link bandwidth: it shows its octets, as `(unknown 0x4004, 65000, 1234736768)`."""
        for text in extended:
            kind, *numbers = text.split(",")
            if kind == "unknown 0x4004":
                return struct.unpack("!f", int(numbers[1]).to_bytes(4, "big"))[0]
        return None

    def has(self, prefix):
        """Whether it has a route, without listing them all."""
        return f"{prefix} " in self.birdc("show", "route", prefix, expect=None)  # 1 where there is none

    def count(self):
        """How many BGP routes, without listing them."""
        return sum(int(number) for number in re.findall(
            r"^(\d+) of \d+ routes", self.birdc("show", "route", "where", "source", "=", "RTS_BGP", "count"),
            re.MULTILINE))
