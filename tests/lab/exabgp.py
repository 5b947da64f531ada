"""ExaBGP as a router of the labs."""
import ipaddress
import json
import struct

from harness import check, wait_until
from router import Attributes, Route, Router


class ExaBgp(Router):
    """It has no table: it hands what it receives to a program, here a file of JSON lines, from which the table is made.
    It takes commands from the same program: lines that are appended to a file."""

    def configuration(self):
        lines = ["process lab {", f"  run /bin/sh {self.directory}/program;", "  encoder json;", "}"]
        for neighbor in self.neighbors:
            lines += [f"neighbor {neighbor.address} {{", *(f"  {option}" for option in self._options(neighbor)), "}"]
        return "\n".join(lines) + "\n"

    def _options(self, neighbor):
        local = neighbor.local_address or self._local_address(neighbor.address)
        options = [f"router-id {self.router_id};", f"local-address {local};", f"local-as {self.asn};",
                   f"peer-as {neighbor.asn};", f"hold-time {neighbor.hold_time};",
                   f"passive {'true' if neighbor.passive else 'false'};",
                   "family { " + " ".join(f"{family} unicast;" for family in neighbor.families) + " }",
                   "capability { asn4 enable; route-refresh enable; "
                   f"graceful-restart {60 if neighbor.graceful_restart else 0}; "
                   f"nexthop {'enable' if neighbor.extended_next_hop else 'disable'}; }}",
                   "api { processes [ lab ]; neighbor-changes; receive { parsed; update; } }"]
        if neighbor.extended_next_hop:
            options.append("nexthop { ipv4 unicast ipv6; }")
        if neighbor.port != 179:
            options.append(f"connect {neighbor.port};")
        if neighbor.password:
            options.append(f'md5-password "{neighbor.password}";')
        if neighbor.multihop:
            options.append(f"outgoing-ttl {neighbor.multihop};")
        if neighbor.gtsm_hops:
            options += ["outgoing-ttl 255;", f"incoming-ttl {256 - neighbor.gtsm_hops};"]
        # Of the session's own family alone: itself is the next hop, and it would send IPv6 routes with an IPv4 one.
        family = "ipv6" if ":" in neighbor.address else "ipv4"
        routes = [f"route {prefix} next-hop self;" for prefix in self._announced(family)]
        if routes:
            options.append("static { " + " ".join(routes) + " }")
        return options

    def _local_address(self, address):
        return self.namespace.ip("route", "get", address)[0]["prefsrc"]

    def start(self):
        self.commands = self.directory / "commands"
        self.received = self.directory / "received"
        ready = self.directory / "ready"
        self.commands.touch()
        (self.directory / "program").write_text(
            f"exec 3<&0\ncat <&3 >>{self.received} &\n: >{ready}\n"
            f"exec tail --pid=$PPID -s 0.1 -n +1 -f {self.commands}\n", encoding="utf-8")
        file = self.directory / "exabgp.conf"
        file.write_text(self.configuration(), encoding="utf-8")
        listens = {neighbor.local_address or self._local_address(neighbor.address) for neighbor in self.neighbors}
        settings = {"daemon_drop": "false", "api_ack": "false", "api_cli": "false", "tcp_bind": " ".join(listens)}
        self.process = self.namespace.start(self.name, "exabgp", file,
                                            env={f"exabgp_{name}": value for name, value in settings.items()})
        wait_until(f"{self.name} runs its program", lambda: not self.process.running() or ready.exists())
        check(f"{self.name} runs: {self.process.log()}", self.process.running())
        return self

    def command(self, text):
        with open(self.commands, "a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def events(self):
        """What it said, in order, as ExaBGP's JSON."""
        lines = self.received.read_text(encoding="utf-8", errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def _of(self, address, kind):
        return [event for event in self.events() if event["type"] == kind
                and event["neighbor"]["address"]["peer"] == address]

    def established(self, address):
        states = self._of(address, "state")
        return bool(states) and states[-1]["neighbor"]["state"] == "up"

    def last_error(self, address):
        return next((event["neighbor"]["reason"] for event in reversed(self._of(address, "state"))
                     if event["neighbor"]["state"] == "down"), "")

    def updates(self, address):
        return sum("update" in event["neighbor"]["message"] for event in self._of(address, "update"))

    def refresh(self, address):
        for neighbor in self.neighbors:
            for family in neighbor.families:
                self.command(f"neighbor {address} announce route-refresh {family} unicast")

    def shut(self, address, text):
        """It has no text of its own to send: 6/2 alone, and it comes again."""
        self.command(f"neighbor {address} teardown 2")

    def _table(self):
        """{prefix: (next hop, attributes)}, made from all that was received since each session began."""
        tables = {}
        for event in self.events():
            peer = event["neighbor"]["address"]["peer"]
            if event["type"] == "state" and event["neighbor"]["state"] != "connected":
                tables[peer] = {}
            update = event["neighbor"].get("message", {}).get("update") if event["type"] == "update" else None
            for prefixes in (update or {}).get("withdraw", {}).values():
                for prefix in prefixes:
                    tables.setdefault(peer, {}).pop(prefix["nlri"], None)
            for hops in (update or {}).get("announce", {}).values():
                for hop, prefixes in hops.items():
                    for prefix in prefixes:
                        if "nlri" in prefix:
                            tables.setdefault(peer, {})[prefix["nlri"]] = (hop, update.get("attribute", {}))
        return {prefix: route for table in tables.values() for prefix, route in table.items()}

    def routes(self):
        return {prefix: Route(hop, self._path(attributes)) for prefix, (hop, attributes) in self._table().items()}

    @staticmethod
    def _path(attributes):
        path = attributes.get("as-path", [])
        if isinstance(path, dict):
            path = [asn for segment in path.values() for asn in segment["value"]]
        return tuple(path)

    def attributes(self, prefix):
        _, attributes = self._table().get(prefix, (None, None))
        if attributes is None:
            return None
        extended = [value["string"] for value in attributes.get("extended-community", [])]
        named = frozenset(self._in_numbers(text) for text in extended if text.startswith(("target:", "origin:")))
        return Attributes(frozenset(":".join(map(str, pair)) for pair in attributes.get("community", [])),
                          frozenset(":".join(map(str, value)) for value in attributes.get("large-community", [])),
                          named, self._bandwidth(attributes.get("extended-community", [])), attributes.get("med"),
                          attributes.get("local-preference"))

    @staticmethod
    def _in_numbers(extended):
        """ExaBGP shows the number of a route origin as an address: origin:65000:0.0.0.7."""
        kind, first, second = extended.split(":")
        return f"{kind}:{first}:{int(ipaddress.ip_address(second)) if '.' in second else second}"

    @staticmethod
    def _bandwidth(extended):
        """It shows the octets of what it does not know, as a number."""
        return next((struct.unpack("!f", value["value"].to_bytes(8, "big")[4:])[0] for value in extended
                     if value["value"] >> 48 == 0x4004), None)
