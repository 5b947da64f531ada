"""Teams of ports: one cable after the other is pulled out and put back in each of the modes, and packets go on."""
import re
import time

from appliance import document
from guest import Site
from harness import check, limit, wait_until
from switch_lab import Pings
from wire import Wire

# When a cable goes; both ends look every 100 ms.
MOST_PAUSE = 1.5
STREAMS = 16
CAMERAS = "10.126.100.1"
NETWORK = ('<VirtualNetwork Name="cameras" SwitchName="vSwitch1" VlanId="100">'
           f"<IPAddress>{CAMERAS}/24</IPAddress></VirtualNetwork>")


def team(address, gateway=None, more=""):
    """Two ports that are one switch."""
    return document('<Port Name="Port1" Interface="eth0"/>', '<Port Name="Port2" Interface="eth1"/>',
                    '<ExternalVirtualSwitch Name="vSwitch1" EnableEmbeddedTeaming="true">'
                    "<InterfaceAlias>Port1</InterfaceAlias><InterfaceAlias>Port2</InterfaceAlias>"
                    f"<IPAddress>{address}/24</IPAddress>{f'<Gateway>{gateway}</Gateway>' if gateway else ''}"
                    "</ExternalVirtualSwitch>", more)


class Teams:
    """Guests a and b with a team each; behind b, which forwards, a host `inside`.

        segment ──┬ a0 ┐         ┌ b0 ┬── segment
                  └ a1 ┴ a     b ┴ b1 ┘      b2 ── inside          at first; then port to port: a0 ── b0, a1 ── b1
    """

    def __init__(self, lab):
        self.lab = lab
        self.site = Site(lab, "a", "b", ports=3)
        self.a, self.b = self.site.guests["a"], self.site.guests["b"]
        self.inside = lab.namespace("inside")
        lab.connect(self.site.segment, "inside", self.inside, "eth0")
        self._cable("behind", "inside", "b2")
        self.inside.address("eth0", "198.51.100.10/24")
        self.inside.route("default", "via", "198.51.100.1")
        behind = ('<Port Name="Port3" Interface="eth2"/><ExternalVirtualSwitch Name="vSwitch2">'
                  "<InterfaceAlias>Port3</InterfaceAlias><IPAddress>198.51.100.1/24</IPAddress>"
                  "</ExternalVirtualSwitch>")
        a, b = self.site.addresses["a"], self.site.addresses["b"]
        self.a.start(documents={"50-edge.xml": team(a, gateway=b, more=NETWORK)}, wait=False)
        self.b.start(documents={"50-edge.xml": team(b, more=behind)}, wait=False)
        self.a.wait_ready()
        self.b.wait_ready()
        self.b.root.run("echo 1 >/proc/sys/net/ipv4/ip_forward")

    def _cable(self, name, *ports):
        """Joins two ports, so that also what a bridge keeps to itself, as LACP, comes through."""
        self.site.segment.run("ip", "link", "add", name, "type", "bridge")
        self.site.segment.run("ip", "link", "set", name, "up")
        for port in ports:
            self.site.segment.run("ip", "link", "set", port, "master", name)
            self.site.segment.run("ip", "link", "set", port, "type", "bridge_slave", "group_fwd_mask", 4)

    def join_port_to_port(self):
        self._cable("cable0", "a0", "b0")
        self._cable("cable1", "a1", "b1")

    def set_mode(self, mode):
        for guest in (self.a, self.b):
            guest.shell(f"Set-HcsExternalVirtualSwitch vSwitch1 -TeamingMode {mode}")

    def pull(self, number):
        for guest in (self.a, self.b):
            guest.pull_cable(number)

    def plug(self, number):
        for guest in (self.a, self.b):
            guest.plug_cable(number)

    def carried(self):
        """How many frames guest a has sent by each of its ports."""
        return [int(self.site.segment.run("cat", f"/sys/class/net/{tap}/statistics/rx_packets").stdout)
                for tap in ("a0", "a1")]


def bond(guest):
    """What the kernel says of the team."""
    return guest.root.run("cat /proc/net/bonding/*")


def ports_up(guest):
    return len(re.findall(r"^Slave Interface: .*\nMII Status: up$", bond(guest), re.MULTILINE))


def active_port(guest):
    shown = guest.root.run("busctl get-property org.portreeve.Portreeve1 /org/portreeve/Portreeve1/switch/vSwitch1 "
                           "org.portreeve.Portreeve1.ExternalVirtualSwitch ActivePort")
    return int(re.search(r'"Port(\d)"', shown)[1]) - 1


def pause(lost):
    """Seconds of the longest run of pings without an answer, of which there are a hundred a second."""
    longest = run = 0
    for before, number in zip([None, *lost], lost):
        run = run + 1 if before == number - 1 else 1
        longest = max(longest, run)
    return longest / 100


def lose_each_cable(lab, what, host, address, cables, pull, plug):
    """Pings while cables are pulled and put back in turn; pull() and plug() return when the team has seen it."""
    pings = Pings(lab, host, address)
    for cable in cables:
        pull(cable)
        time.sleep(1)
        plug(cable)
        time.sleep(1)
    sent, lost = pings.stop()
    print(f"{what}: of {sent} pings {len(lost)} lost, the longest pause {pause(lost):.2f} s")
    check(f"{what}: packets go on", pause(lost) <= MOST_PAUSE, lost)


@limit(400)
def lab_a_team_goes_on_without_either_of_its_cables_in_each_of_its_modes(lab):
    teams = Teams(lab)
    a, address = teams.a, teams.site.addresses["a"]
    wires = [Wire(lab, teams.site.segment, tap) for tap in ("a0", "a1")]

    def pull_the_active_one(number):
        pulled = time.monotonic()
        a.pull_cable(number)
        wait_until("the other port is in use", lambda: active_port(a) == 1 - number, 10)
        wait_until("the address is announced by it", lambda: wires[1 - number].announcements(address, pulled), 5)
        wait_until("so is that in a VLAN", lambda: wires[1 - number].announcements(CAMERAS, pulled), 5)
        check("with its tag", set(wires[1 - number].announcements(CAMERAS)) == {100})

    def plug_in(number):
        a.plug_cable(number)
        wait_until("both ports are up", lambda: ports_up(a) == 2, 10)
        check("the other one stays in use", active_port(a) == 1 - number)
    wait_until("the team is reached", lambda: teams.site.router.ping(address), 20)
    first = active_port(a)
    lose_each_cable(lab, "active-backup", teams.site.router, address, (first, 1 - first), pull_the_active_one, plug_in)

    def streams_sent():
        before = teams.carried()
        for _ in range(STREAMS):
            teams.inside.ping(address, count=5)
        return [now - then for now, then in zip(teams.carried(), before)]

    def both_agreed():
        return all(re.search(r"Number of ports: 2$", bond(guest), re.MULTILINE) for guest in (a, teams.b))
    teams.join_port_to_port()
    for mode, words, ready in (("balance-xor", "load balancing (xor)", lambda: ports_up(a) == 2),
                               ("802.3ad", "IEEE 802.3ad", both_agreed)):
        def pull(number):
            teams.pull(number)
            wait_until("the team has one port", lambda: ports_up(a) == 1, 10)

        def plug(number, mode=mode, ready=ready):
            teams.plug(number)
            wait_until(f"{mode}: both ports are in it again", ready, 30)
        teams.set_mode(mode)
        check("the kernel has the mode", words in bond(a), bond(a))
        wait_until(f"{mode}: both ports are in it", ready, 30)
        wait_until(f"{mode}: the other end is reached", lambda: teams.inside.ping(address), 20)
        # LACP may have agreed to a port a moment before the team uses it.
        wait_until(f"{mode}: both ports carry packets", lambda: min(streams_sent()) >= 5, 20)
        lose_each_cable(lab, mode, teams.inside, address, (0, 1), pull, plug)

    partner = re.search(r"Partner Mac Address: ([0-9a-f:]+)", bond(a))[1]
    own = re.search(r"System MAC address: ([0-9a-f:]+)", bond(teams.b))[1]
    check("802.3ad: the partner of both ports is the other guest", partner == own, (partner, own))
