"""GoBGP as a router of the labs."""
import json

from harness import wait_until
from router import Attributes, Route, Router


class GoBgp(Router):
    """It keeps its routes to itself."""

    def configuration(self):
        lines = ["[global.config]", f"  as = {self.asn}", f'  router-id = "{self.router_id}"']
        for neighbor in self.neighbors:
            lines += self._session(neighbor)
        return "\n".join(lines) + "\n"

    @staticmethod
    def _session(neighbor):
        lines = ["[[neighbors]]", "  [neighbors.config]", f'    neighbor-address = "{neighbor.address}"',
                 f"    peer-as = {neighbor.asn}"]
        if neighbor.password:
            lines.append(f'    auth-password = "{neighbor.password}"')
        lines += ["  [neighbors.timers.config]", "    connect-retry = 1", "    idle-hold-time-after-reset = 1",
                  f"    hold-time = {neighbor.hold_time}",
                  f"    keepalive-interval = {max(neighbor.hold_time // 3, 1)}",
                  "  [neighbors.transport.config]", f"    passive-mode = {'true' if neighbor.passive else 'false'}",
                  f"    remote-port = {neighbor.port}"]
        if neighbor.local_address:
            lines.append(f'    local-address = "{neighbor.local_address}"')
        if neighbor.multihop:
            lines += ["  [neighbors.ebgp-multihop.config]", "    enabled = true",
                      f"    multihop-ttl = {neighbor.multihop}"]
        if neighbor.gtsm_hops:
            lines += ["  [neighbors.ttl-security.config]", "    enabled = true",
                      f"    ttl-min = {256 - neighbor.gtsm_hops}"]
        if neighbor.graceful_restart:
            lines += ["  [neighbors.graceful-restart.config]", "    enabled = true", "    restart-time = 20",
                      "    helper-only = true"]
        for family in neighbor.families:
            lines += ["  [[neighbors.afi-safis]]", "    [neighbors.afi-safis.config]",
                      f'      afi-safi-name = "{family}-unicast"']
            if neighbor.graceful_restart:
                lines += ["    [neighbors.afi-safis.mp-graceful-restart.config]", "      enabled = true"]
            if neighbor.max_prefixes:
                lines += ["    [neighbors.afi-safis.prefix-limit.config]",
                          f"      max-prefixes = {neighbor.max_prefixes}"]
        return lines

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

    def neighbor(self, address):
        return next((neighbor for neighbor in json.loads(self.gobgp("neighbor", "-j"))
                     if neighbor["state"]["neighbor_address"] == address), {})

    def established(self, address):
        return self.neighbor(address).get("state", {}).get("session_state") == 6

    def last_error(self, address):
        """Its log says it, nothing else does."""
        return "\n".join(line for line in self.process.log().splitlines() if "notification" in line.lower() and
                         address in line)

    def updates(self, address):
        return self.neighbor(address)["state"]["messages"]["received"]["update"]

    def shut(self, address, text):
        self.gobgp("neighbor", address, "shutdown", "--reason", text)

    def _received(self):
        for family in ("ipv4", "ipv6"):
            for prefix, paths in json.loads(self.gobgp("global", "rib", "-a", family, "-j") or "{}").items():
                received = [path for path in paths if path.get("neighbor-ip", "").rstrip("<nil>")]
                if received:
                    yield prefix, received[0]

    def routes(self):
        return {prefix: self._route(path) for prefix, path in self._received()}

    @staticmethod
    def _route(path):
        next_hop, as_path = "", ()
        for attribute in path["attrs"]:
            if attribute["type"] == 2:
                as_path = tuple(asn for segment in attribute["as_paths"] for asn in segment["asns"])
            elif attribute["type"] in (3, 14):
                next_hop = attribute["nexthop"]
        return Route(next_hop, as_path)

    def attributes(self, prefix):
        path = dict(self._received()).get(prefix)
        if not path:
            return None
        attributes = {attribute["type"]: attribute for attribute in path["attrs"]}
        pairs = frozenset(f"{value >> 16}:{value & 0xffff}" for value in attributes.get(8, {}).get("communities", []))
        large = frozenset(f"{value['ASN']}:{value['LocalData1']}:{value['LocalData2']}"
                          for value in attributes.get(32, {}).get("value", []))
        extended = attributes.get(16, {}).get("value", [])
        kinds = {2: "target", 3: "origin"}
        named = frozenset(f"{kinds[value['subtype']]}:{value['value']}" for value in extended
                          if value.get("subtype") in kinds and value.get("type") in (0, 1, 2))
        bandwidth = next((value.get("bandwidth") for value in extended if value.get("subtype") == 4), None)
        return Attributes(pairs, large, named, bandwidth, attributes.get(4, {}).get("metric"),
                          attributes.get(5, {}).get("value"), bool(path.get("stale")))
