"""FRR as a router of the labs."""
import json
import re
import shutil

from harness import check, wait_until
from router import WELL_KNOWN, Attributes, Route, Router, number_of


class Frr(Router):
    """FRR's bgpd, and the zebra it wants, and bfdd where a neighbour has BFD: run by hand, with sockets and files of
    their own. They insist on being the user that the package made."""

    DAEMONS = "/usr/lib/frr"

    def configuration(self):
        lines = [f"router bgp {self.asn}", f" bgp router-id {self.router_id}", " no bgp ebgp-requires-policy",
                 " no bgp network import-check", " no bgp default ipv4-unicast"]
        if not any(neighbor.graceful_restart for neighbor in self.neighbors):
            # Else its neighbours keep its routes for a while after it has ended.
            lines.append(" bgp graceful-restart-disable")
        for neighbor in self.neighbors:
            lines += [f" neighbor {self._name(neighbor)} {option}" for option in self._options(neighbor)]
        for family in ("ipv4", "ipv6"):
            lines.append(f" address-family {family} unicast")
            lines += [f"  network {prefix}" for prefix in self._announced(family)]
            for neighbor in self.neighbors:
                name = self._name(neighbor)
                if family in neighbor.families:
                    lines.append(f"  neighbor {name} activate")
                    if neighbor.max_prefixes:
                        lines.append(f"  neighbor {name} maximum-prefix {neighbor.max_prefixes}")
            lines.append(" exit-address-family")
        return "\n".join(lines) + "\n"

    @staticmethod
    def _name(neighbor):
        return neighbor.interface if neighbor.unnumbered else neighbor.address

    @staticmethod
    def _options(neighbor):
        """The lines `neighbor NAME …` of the router's part, in an order that FRR takes."""
        options = [f"interface remote-as {neighbor.asn}" if neighbor.unnumbered else f"remote-as {neighbor.asn}",
                   f"timers {max(neighbor.hold_time // 3, 0)} {neighbor.hold_time}", "timers connect 1"]
        if neighbor.interface and not neighbor.unnumbered:
            options.append(f"interface {neighbor.interface}")
        if neighbor.passive:
            options.append("passive")
        if neighbor.password:
            options.append(f"password {neighbor.password}")
        if neighbor.local_address:
            options.append(f"update-source {neighbor.local_address}")
        if neighbor.port != 179:
            options.append(f"port {neighbor.port}")
        if neighbor.multihop:
            options.append(f"ebgp-multihop {neighbor.multihop}")
        if neighbor.gtsm_hops:
            options.append(f"ttl-security hops {neighbor.gtsm_hops}")
        if neighbor.extended_next_hop:
            options.append("capability extended-nexthop")
        if neighbor.graceful_restart:
            options.append("graceful-restart-helper")
        if neighbor.bfd:
            options += ["bfd", "bfd profile lab"]
            if neighbor.graceful_restart:  # RFC 5882 section 4.3: BFD that goes down in a restart ends nothing
                options.append("bfd check-control-plane-failure")
        return options

    def _bfd_configuration(self, bfd):
        lines = ["bfd", " profile lab", f"  receive-interval {bfd.receive}", f"  transmit-interval {bfd.transmit}",
                 f"  detect-multiplier {bfd.multiplier}"]
        return "\n".join(lines + (["  passive-mode"] if bfd.passive else [])) + "\n"

    def start(self):
        (self.directory / "bgpd.conf").write_text(self.configuration(), encoding="utf-8")
        (self.directory / "zebra.conf").write_text("ip nht resolve-via-default\nipv6 nht resolve-via-default\n",
                                                       encoding="utf-8")
        shutil.chown(self.directory, "frr", "frr")
        common = ["-P", "0", "--vty_socket", self.directory,
                  "-z", self.directory / "zserv", "--log", "stdout"]
        self.zebra = self._start_daemon("zebra", *common)
        self.bfdd = None
        bfd = next((neighbor.bfd for neighbor in self.neighbors if neighbor.bfd), None)
        if bfd:
            (self.directory / "bfdd.conf").write_text(self._bfd_configuration(bfd), encoding="utf-8")
            self.bfdd = self._start_daemon("bfdd", *common, "--bfdctl", self.directory / "bfdd.sock")
        self.process = self._start_daemon("bgpd", *common)
        return self

    def _start_daemon(self, daemon, *options):
        (self.directory / f"{daemon}.vty").unlink(missing_ok=True)  # of one that was stopped
        process = self.namespace.start(f"{self.name}-{daemon}", f"{self.DAEMONS}/{daemon}", *options,
                                       "-f", self.directory / f"{daemon}.conf", "-i", self.directory / f"{daemon}.pid")
        wait_until(f"{self.name}'s {daemon} answers",
                   lambda: (self.directory / f"{daemon}.vty").exists() or not process.running())
        check(f"{daemon} runs: {process.log()}", process.running())
        return process

    def stop(self):
        super().stop()
        if self.bfdd:
            self.bfdd.stop()
        self.zebra.stop()

    def vtysh(self, *commands, daemon="bgpd"):
        """Of one daemon: it would wait for an answer of each."""
        words = [word for command in commands for word in ("-c", command)]
        return self.namespace.run("vtysh", "-d", daemon, "--vty_socket", self.directory, *words).stdout

    def configure(self, *commands):
        """Commands below `router bgp`."""
        self.vtysh("configure terminal", f"router bgp {self.asn}", *commands)

    def neighbor(self, address):
        """FRR's own account of a neighbour."""
        return json.loads(self.vtysh(f"show bgp neighbors {address} json")).get(address, {})

    def established(self, address):
        return self.neighbor(address).get("bgpState") == "Established"

    def last_error(self, address):
        shown = self.neighbor(address)
        return " ".join(shown[key] for key in ("lastResetDueTo", "lastNotificationReason", "lastShutdownDescription")
                        if key in shown)

    def updates(self, address):
        return self.neighbor(address)["messageStats"]["updatesRecv"]

    def refresh(self, address):
        for family in ("ipv4", "ipv6"):
            if any(family in neighbor.families for neighbor in self.neighbors if self._name(neighbor) == address):
                self.vtysh(f"clear bgp {family} unicast {address} soft in")

    def shut(self, address, text):
        self.configure(f"neighbor {address} shutdown message {text}")

    def bfd(self, address):
        """The state of a BFD session with a neighbour; empty where there is none."""
        return self.bfd_peer(address).get("status", "")

    def bfd_peer(self, address):
        peers = json.loads(self.vtysh("show bfd peers json", daemon="bfdd"))
        return next((peer for peer in peers if peer["peer"] == address), {})

    def _best(self, family, prefix=""):
        shown = json.loads(self.vtysh(f"show bgp {family} unicast {prefix} json") or "{}")
        table = {prefix: shown.get("paths", [])} if prefix else shown.get("routes", {})
        best = {}
        for network, paths in table.items():
            path = next((path for path in paths if path.get("bestpath")), None)
            if path and path.get("peerId") != "(unspec)" and not path.get("sourced"):  # its own, else
                best[network] = path
        return best

    def routes(self):
        routes = {}
        for family in ("ipv4", "ipv6"):
            for prefix, best in self._best(family).items():
                # Where there is a link-local next hop only, it says that it uses "::", and uses the other.
                hops = [hop["ip"] for hop in best.get("nexthops", []) if hop.get("used") and hop["ip"] != "::"]
                hops += [hop["ip"] for hop in best.get("nexthops", [])]
                path = tuple(int(word) for word in best.get("path", "").split() if word.isdigit())
                routes[prefix] = Route(hops[0] if hops else "", path)
        return routes

    def attributes(self, prefix):
        path = self._best("ipv6" if ":" in prefix else "ipv4", prefix).get(prefix)
        if not path:
            return None

        def texts(name):
            return frozenset(path.get(name, {}).get("string", "").split())
        extended = path.get("extendedCommunity", {}).get("string", "")
        kinds = {"RT": "target", "SoO": "origin"}
        named = frozenset(f"{kinds[kind]}:{value}" for kind, value in re.findall(r"\b(RT|SoO):(\S+)", extended))
        # "LB:65000:1250000 (10.000 Mbps)"
        bandwidth = re.search(r"LB:\d+:(\d+)", extended)
        return Attributes(frozenset(number_of(text, WELL_KNOWN) for text in texts("community")),
                          texts("largeCommunity"), named, float(bandwidth[1]) if bandwidth else None,
                          path.get("metric"), path.get("locPrf"), bool(path.get("stale")))
