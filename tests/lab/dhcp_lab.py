"""A switch and a virtual NIC of the host that have an address by DHCP: Portreeve's files, the real systemd-networkd, and
a DHCP server. What tells networkd of the files on an appliance, a unit, is the lab itself here."""
import pathlib
import shutil
import sys

from dhcp_server import NAME_SERVERS
from harness import TREE, check, wait_until
from rack import Rack, SELF

NETWORKD = "/lib/systemd/systemd-networkd"
HERE = pathlib.Path(__file__).resolve().parent
# In a mount namespace of its own, as `ip netns exec` makes it: that directory is /run/systemd, and there is no udev.
INSIDE = 'mount --bind "$0" /run/systemd && mount -o remount,bind,ro /sys && exec "$@"'


class Site:
    """The appliance with networkd beside it, where `networkd` is set, and a DHCP server on the segment."""

    def __init__(self, lab, networkd=True):
        self.rack = Rack(lab, "server", with_bus=False)
        self.run = lab.directory / "run-systemd"
        self.wrapper = ("sh", "-c", INSIDE, self.run)
        self.run.mkdir()
        bus = self.rack.appliance.private_bus
        text = bus.configuration.read_text(encoding="utf-8")
        bus.configuration.write_text(text.replace(
            "</busconfig>", "<include>/usr/share/dbus-1/system.d/org.freedesktop.network1.conf</include></busconfig>"),
            encoding="utf-8")
        bus.start()
        self.rack.configure()
        server = self.rack.addresses["server"]
        self.rack.hosts["server"].start("dhcp-server", sys.executable, HERE / "dhcp_server.py", "eth0", server, 24,
                                        "10.126.77.50", 3600)
        if networkd:
            self._start_networkd(lab)
        self.start()

    def _start_networkd(self, lab):
        for name in ("network", "networkd.conf.d", "netif/links", "netif/leases", "netif/lldp"):
            (self.run / name).mkdir(parents=True)
        for directory in (self.run / "netif", *(self.run / "netif").iterdir()):
            shutil.chown(directory, "systemd-network", "systemd-network")
        shutil.copy(TREE / "image/root/usr/lib/systemd/networkd.conf.d/portreeve.conf", self.run / "networkd.conf.d")
        self.rack.namespace.start("networkd", *self.wrapper, NETWORKD, env={
            "DBUS_SYSTEM_BUS_ADDRESS": self.rack.appliance.private_bus.address})
        wait_until("networkd is on the bus", lambda: self.reload(expect=None).returncode == 0)

    def start(self):
        self.rack.appliance.start(wrapper=self.wrapper)

    def reload(self, expect=0):
        return self.rack.namespace.run(
            "busctl", f"--address={self.rack.appliance.private_bus.address}", "call", "org.freedesktop.network1",
            "/org/freedesktop/network1", "org.freedesktop.network1.Manager", "Reload", expect=expect)

    def vnic(self):
        vnic, = self.rack.appliance.of_interface("HostVnic").values()
        return vnic


def lab_a_switch_goes_to_dhcp_and_back_and_keeps_its_own_address(lab):
    site = Site(lab)
    rack, here, shell = site.rack, site.rack.namespace, site.rack.appliance.shell
    file = site.run / "network/10-portreeve-vSwitch1.network"
    static, leased, server = f"{SELF}/24", "10.126.77.50/24", rack.addresses["server"]
    shell(f"Add-HcsNetRoute -InterfaceAlias vSwitch1 -DestinationPrefix 192.168.21.0/24 -NextHop {server}")
    watch = here.start("watch", "ip", "monitor", "address", "route")

    shell("Set-HcsExternalVirtualSwitch vSwitch1 -Dhcp $true")
    check("networkd may read its file", file.stat().st_mode & 0o777 == 0o644, oct(file.stat().st_mode))
    check("until there is a lease, that is said", "no address by DHCP yet" in rack.switch()["StatusText"], rack.switch())
    site.reload()
    wait_until("both addresses stand", lambda: here.addresses("vSwitch1") == {static, leased})
    wait_until("the lease is shown", lambda: rack.switch()["DhcpNameServers"] == list(NAME_SERVERS))
    shown = rack.switch()
    check("all of it", (shown["DhcpAddress"], shown["DhcpGateway"], shown["DhcpLeaseTime"], shown["StatusText"]) ==
          (leased, server, 3600, ""), shown)
    lines = shell("Get-HcsDhcpLease").split()
    check("also in the minishell", {"vSwitch1", leased, server, "3600"} <= set(lines), lines)
    check("nothing is to be done", shell("Test-DscConfiguration") == "True\n", shell("Test-DscConfiguration -Detailed"))
    gateway = shell("Set-HcsExternalVirtualSwitch vSwitch1 -Gateway 10.126.77.1", expect=None)
    check("a gateway beside it is refused", "leave one of the two out" in gateway.stderr, gateway.stderr)

    rack.appliance.stop()
    site.start()
    check("a restart changes nothing", here.addresses("vSwitch1") == {static, leased} and
          shell("Test-DscConfiguration") == "True\n", here.addresses("vSwitch1"))
    wait_until("and shows it all again", lambda: rack.switch()["DhcpNameServers"] == list(NAME_SERVERS))

    shell("Set-HcsExternalVirtualSwitch vSwitch1 -Dhcp $false")
    check("the file is gone", not file.exists())
    site.reload()
    wait_until("the lease goes", lambda: here.addresses("vSwitch1") == {static})
    check("and is shown no more", (rack.switch()["Dhcp"], rack.switch()["DhcpAddress"]) == (False, ""))
    gone = [line for line in watch.log().splitlines() if line.startswith("Deleted")]
    check("the switch's own address and route never went", not [
        line for line in gone if f"local {SELF} " in line or f"inet {static} " in line or "192.168.21.0/24" in line], gone)


def lab_a_virtual_nic_has_its_address_by_dhcp(lab):
    site = Site(lab)
    rack, shell = site.rack, site.rack.appliance.shell
    shell("Add-HcsHostVnic -Name host1 -SwitchName vSwitch1 -Dhcp $true")
    site.reload()
    wait_until("it has one", lambda: rack.namespace.addresses("host1") == {"10.126.77.50/24"})
    wait_until("it is shown", lambda: site.vnic()["DhcpAddress"] == "10.126.77.50/24")
    shell("Remove-HcsHostVnic host1")
    check("nothing is left", not list((site.run / "network").iterdir()) and "host1" not in rack.namespace.links())


def lab_without_networkd_dhcp_waits_and_the_switch_stands(lab):
    site = Site(lab, networkd=False)
    rack, shell = site.rack, site.rack.appliance.shell
    shell("Set-HcsExternalVirtualSwitch vSwitch1 -Dhcp $true")
    check("that is said", "DHCP waits for systemd-networkd: there is no directory /run/systemd/network" in
          rack.switch()["StatusText"], rack.switch()["StatusText"])
    check("the switch serves", rack.namespace.addresses("vSwitch1") == {f"{SELF}/24"} and
          rack.switch()["Status"] == "Up", rack.switch())
