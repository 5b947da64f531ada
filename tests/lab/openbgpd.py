"""OpenBGPD as a router of the labs."""
import json

from harness import check, wait_until
from router import WELL_KNOWN, Attributes, Route, Router, number_of


class OpenBgpd(Router):
    """It keeps its routes to itself. It reads its configuration only from a file that is nobody else's to write."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.control = self.directory / "ctl"

    def configuration(self):
        # The second number is what it calls itself to neighbours that know only two octets.
        lines = [f"AS {self.asn}" + (" 23456" if self.asn > 65535 else ""), f"router-id {self.router_id}",
                 "fib-update no", "connect-retry 2", f'socket "{self.control}"', "nexthop qualify via default"]
        lines += [f"network {prefix}" for prefix in self.announce]
        for neighbor in self.neighbors:
            lines += [f"neighbor {neighbor.address} {{", *(f"  {option}" for option in self._options(neighbor)), "}"]
        return "\n".join([*lines, "allow from any", "allow to any"]) + "\n"

    @staticmethod
    def _options(neighbor):
        options = [f"remote-as {neighbor.asn}", f"holdtime {neighbor.hold_time}", "announce enhanced refresh yes",
                   f"announce restart {'yes' if neighbor.graceful_restart else 'no'}"]
        options += [f"announce {family.replace('ip', 'IP')} {'unicast' if family in neighbor.families else 'none'}"
                    for family in ("ipv4", "ipv6")]
        if neighbor.local_address:
            options.append(f"local-address {neighbor.local_address}")
        if neighbor.port != 179:
            options.append(f"port {neighbor.port}")
        if neighbor.passive:
            options.append("passive")
        if neighbor.password:
            options.append(f'tcp md5sig password "{neighbor.password}"')
        if neighbor.multihop or neighbor.gtsm_hops > 1:
            options.append(f"multihop {neighbor.multihop or neighbor.gtsm_hops}")
        if neighbor.gtsm_hops:
            options.append("ttl-security yes")
        if neighbor.max_prefixes:
            options.append(f"max-prefix {neighbor.max_prefixes}")
        return options

    def start(self):
        file = self.directory / "bgpd.conf"
        file.write_text(self.configuration(), encoding="utf-8")
        file.chmod(0o600)
        # Its processes lock themselves into a directory that its service makes. Here it is made in a /run that only
        # they see, for what `ip netns exec` starts has its own mounts.
        self.process = self.namespace.start(
            self.name, "sh", "-c", "mount -t tmpfs -o mode=755 run /run && mkdir /run/openbgpd && "
            'exec /usr/sbin/bgpd -d -f "$0"', file)
        wait_until(f"{self.name} answers", lambda: not self.process.running() or self.control.exists() and
                   self.namespace.run("bgpctl", "-s", self.control, "show", expect=None).returncode == 0)
        check(f"{self.name} runs: {self.process.log()}", self.process.running())
        return self

    def bgpctl(self, *words):
        return self.namespace.run("bgpctl", "-s", self.control, *words).stdout

    def neighbor(self, address):
        """Its own account of a neighbour."""
        return json.loads(self.bgpctl("-j", "show", "neighbor", address))["neighbors"][0]

    def established(self, address):
        return self.neighbor(address)["state"] == "Established"

    def last_error(self, address):
        shown = self.neighbor(address)
        return " ".join(str(shown[key]) for key in ("last_error_received", "last_error_sent",
                                                    "last_shutdown_reason_received", "last_shutdown_reason")
                        if shown.get(key))

    def updates(self, address):
        return self.neighbor(address)["stats"]["update"]["received"]["updates"]

    def refresh(self, address):
        self.bgpctl("neighbor", address, "refresh")

    def shut(self, address, text):
        self.bgpctl("neighbor", address, "down", text)

    def _received(self, *words):
        shown = json.loads(self.bgpctl("-j", "show", "rib", "detail", "selected", *words) or "{}")
        return {route["prefix"]: route for route in shown.get("rib", []) if not route.get("announced")}

    def routes(self):
        return {prefix: Route(route["exit_nexthop"],
                              tuple(int(word) for word in route.get("aspath", "").split()))
                for prefix, route in self._received().items()}

    def attributes(self, prefix):
        route = self._received(prefix).get(prefix)
        if not route:
            return None
        extended = route.get("extended_communities", [])
        kinds = {"rt": "target", "soo": "origin"}
        pairs = [text.split(" ", 1) for text in extended if " " in text]
        named = frozenset(f"{kinds[kind]}:{value}" for kind, value in pairs if kind in kinds)
        return Attributes(frozenset(number_of(text, WELL_KNOWN) for text in route.get("communities", [])),
                          frozenset(route.get("large_communities", [])), named, None, route.get("metric"),
                          route.get("localpref"), bool(route.get("stale")))
