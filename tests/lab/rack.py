"""The site that most labs play at: the appliance, and on the same segment the hosts that a lab asks for.

        appliance              tor            frr   …
        eth1 10.126.77.10    eth0 .101      eth0 .102
             └──────── segment, 10.126.77.0/24 ────┘

The appliance's ends are bare: its document makes the switch. With `ipv6=True` all have an address of 2001:db8:77::/64
too, with the same last number.
"""
import pathlib

from appliance import Appliance, document, switch
from harness import check, wait_until

SELF = "10.126.77.10"
SELF6 = "2001:db8:77::10"
DOCUMENT = "50-lab.xml"


class Rack:
    def __init__(self, lab, *hosts, name="appliance", with_bus=True, ipv6=False):
        self.lab = lab
        self.ipv6 = ipv6
        self.namespace = lab.namespace(name)
        self.hosts = {host: lab.namespace(host) for host in hosts}
        self.addresses = {}
        self.addresses6 = {}
        self.segment = lab.segment(f"{name}-segment", (self.namespace, "eth1"),
                                   *((namespace, "eth0") for namespace in self.hosts.values()))
        for number, (host, namespace) in enumerate(self.hosts.items(), 101):
            self.addresses[host] = f"10.126.77.{number}"
            namespace.address("eth0", f"{self.addresses[host]}/24")
            if ipv6:
                self.addresses6[host] = f"2001:db8:77::{number}"
                namespace.address("eth0", f"{self.addresses6[host]}/64")
        self.appliance = Appliance(lab, self.namespace, name=f"portreeve-{name}", with_bus=with_bus)

    def configure(self, *resources, **of_switch):
        """Drops the document: the switch (see appliance.switch) and the given resources."""
        if self.ipv6:
            of_switch["more_addresses"] = (f"{SELF6}/64", *of_switch.get("more_addresses", ()))
        self.appliance.write_drop_in(DOCUMENT, document(switch(address=f"{SELF}/24", **of_switch), *resources))

    def change(self, *resources, **of_switch):
        """Drops another document in place of the first, and has it read."""
        self.configure(*resources, **of_switch)
        self.appliance.bus("Reload", seconds=60)

    def start(self, *resources, **of_switch):
        self.configure(*resources, **of_switch)
        self.appliance.start()
        return self.appliance

    def cut(self):
        """Takes the carrier from the appliance's port, as when its cable is pulled, and returns when it is gone."""
        self._set_cable("down", False)

    def mend(self):
        self._set_cable("up", True)

    def _set_cable(self, state, carrier):
        self.segment.run("ip", "link", "set", "port0", state)
        wait_until("the port sees its cable", lambda: carrier == (
            self.namespace.run("cat", "/sys/class/net/eth1/carrier", expect=None).stdout.strip() == "1"))

    # -- what the appliance shows

    def peer(self, address):
        """The properties of a peer on D-Bus, by address or interface; empty where there is none."""
        return next((peer for peer in self.appliance.of_interface("BGPPeer").values()
                     if address in (peer["PeerAddress"], peer.get("Interface"))), {})

    def bfd(self, address):
        """The state of the BFD session with a peer, in lower case: `up`."""
        return self.peer(address).get("BFDState", "").lower()

    def said(self, address):
        """The last NOTIFICATION that a peer was sent, in words."""
        return self.peer(address).get("LastSentError", "")

    def heard(self, address):
        """The last NOTIFICATION that came from a peer, in words."""
        return self.peer(address).get("LastReceivedError", "")

    def sessions(self, *addresses):
        """What stays as it is while no session with these peers ends or begins."""
        return {address: tuple(self.peer(address)[key] for key in ("State", "SinceUSec", "EstablishedCount"))
                for address in addresses}

    def connections(self, *addresses, state="established"):
        """(local end, far end) of the TCP connections of BGP with these addresses, or with all."""
        shown = self.namespace.run("ss", "-H", "-t", "-n", "state", state, "( sport = :179 or dport = :179 )").stdout
        ends = [tuple(line.split()[2:4]) for line in shown.splitlines()]
        return [pair for pair in ends if not addresses or pair[1].rpartition(":")[0].strip("[]") in addresses]

    def link_local(self, host):
        """The link-local address of a host."""
        shown = self.hosts[host].ip("-6", "address", "show", "dev", "eth0", "scope", "link")
        return next(address["local"] for link in shown for address in link.get("addr_info", []))

    def link_local_of_switch(self):
        """Nothing while the switch has none that is usable."""
        if "vSwitch1" not in self.namespace.links():
            return ""
        shown = self.namespace.ip("-6", "address", "show", "dev", "vSwitch1", "scope", "link", "-tentative")
        return next((address["local"] for link in shown for address in link.get("addr_info", [])), "")

    def switch(self, name="vSwitch1"):
        return next((shown for shown in self.appliance.of_interface("ExternalVirtualSwitch").values()
                     if shown["Name"] == name), {})

    def port(self, name):
        return next((port for port in self.appliance.of_interface("Port").values() if port["Name"] == name), {})

    def wait_established(self, *addresses, seconds=20.0):
        for address in addresses:
            wait_until(f"the appliance has a session with {address}",
                       lambda: self.peer(address).get("State") == "Established", seconds)

    def allocate_many(self, names, seconds=60.0, **request):
        """AllocateServices: {name: address}; every one must be given."""
        wanted = {key: ("b" if isinstance(value, bool) else "s", value) for key, value in request.items()}
        requests = [(name, wanted) for name in names]
        replies = self.appliance.bus("AllocateServices", "a(sa{sv})", requests, seconds=seconds)
        refused = [reply for reply in replies if not reply[1] or reply[2]]
        check("every service is given an address", not refused and len(replies) == len(requests), refused[:3])
        return {name: addresses[0] for name, addresses, _ in replies}

    def release(self, names, seconds=60.0):
        self.appliance.bus("ReleaseServices", "as", list(names), seconds=seconds)

    def memory(self):
        """Resident memory of the daemon, in KiB."""
        return resident_memory(self.appliance.process.pid)


def resident_memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


def host_routes(addresses):
    return {f"{address}/32" for address in addresses}
