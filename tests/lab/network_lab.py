"""Networks on a switch, the host's virtual NICs, its routes, and a switch's life, by cmdlets, against the kernel. Not every kernel's
bridges know VLANs: on one that does not, the lab shows that it is said, and that nothing is left of what was tried."""
import json
import re

from arp import arping
from harness import check, wait_until
from peers import Bird, Neighbor
from rack import Rack

NETWORK_HOST = "10.126.78.10"


def knows_vlans(rack):
    """Whether a bridge of the namespace's kernel can tell VLANs apart."""
    made = rack.namespace.run("ip", "link", "add", "probe", "type", "bridge", "vlan_filtering", "1", expect=None)
    rack.namespace.run("ip", "link", "delete", "probe", expect=None)
    return made.returncode == 0


def lab_a_network_without_a_tag_has_the_host_in_it_and_is_kept_over_a_restart(lab):
    rack = Rack(lab, "neighbour")
    rack.start()
    shell, here, neighbour = rack.appliance.shell, rack.namespace, rack.hosts["neighbour"]
    neighbour.address("eth0", "10.126.78.1/24")
    shell("Add-HcsVirtualNetwork -VirtualSwitchName vSwitch1 -Name devices -AddressSpace 10.126.78.0/24 "
          f"-IPAddress {NETWORK_HOST}/24")
    check("the host has its address in it", here.addresses("devices") == {f"{NETWORK_HOST}/24"},
          here.addresses("devices"))
    neighbour.run("ping", "-c", "1", "-W", "2", NETWORK_HOST)
    shown = shell("Get-HcsVirtualNetwork devices")
    check("it is shown", re.search(r"^SwitchName       : vSwitch1$", shown, re.MULTILINE) and
          re.search(r"^Status           : Up$", shown, re.MULTILINE), shown)
    check("so is the switch that it is on", "VirtualNetworks               : {devices}" in
          shell("Get-HcsExternalVirtualSwitch vSwitch1"))

    before = here.links()["devices"]
    rack.appliance.restart()
    check("a restart adopts it", here.links()["devices"]["ifindex"] == before["ifindex"])
    check("and has nothing to do", shell("Test-DscConfiguration") == "True\n")
    here.run("ip", "link", "delete", "devices")
    wait_until("what somebody removed is made again", lambda: here.addresses("devices") == {f"{NETWORK_HOST}/24"})
    check("with the same MAC address", here.links()["devices"]["address"] == before["address"])

    refused = rack.appliance.shell("Remove-HcsExternalVirtualSwitch vSwitch1", expect=None)
    check("a switch with networks stays", "is used by [VirtualNetwork]devices; remove that first" in refused.stderr,
          refused.stderr)
    shell("Remove-HcsVirtualNetwork devices")
    check("nothing is left of the network", "devices" not in here.links() and
          not [name for name in here.links() if name.startswith("vnet-")], list(here.links()))


def lab_a_virtual_nic_has_the_mac_address_of_its_pool_and_the_mtu_of_its_switch(lab):
    rack = Rack(lab)
    rack.start()
    shell, here = rack.appliance.shell, rack.namespace
    shell("Set-HcsMacAddressPool -Name m -MacAddressRangeStart 02-00-5E-00-00-00 -MacAddressRangeEnd 02-00-5E-00-0F-FF\n"
          "Add-HcsHostVnic -Name host1 -SwitchName vSwitch1 -MacAddressPoolName m -IPAddress 10.126.79.10/24")
    mac = here.links()["host1"]["address"]
    check("of the pool", mac.startswith("02:00:5e:00:0"), mac)
    shell("Set-HcsHostVnic host1 -IPAddress 10.126.79.11/24\nSet-HcsExternalVirtualSwitch vSwitch1 -Mtu 1400")
    wait_until("the switch's MTU is that of all its parts", lambda: {
        here.links()[name]["mtu"] for name in ("vSwitch1", "eth1", "host1")} == {1400})
    check("only the address changed", here.addresses("host1") == {"10.126.79.11/24"} and
          here.links()["host1"]["address"] == mac, here.addresses("host1"))
    check("the switch kept what was not given", here.addresses("vSwitch1") == {"10.126.77.10/24"},
          here.addresses("vSwitch1"))
    shell("Remove-HcsHostVnic host1; Remove-HcsMacAddressPool m")
    check("it is gone", "host1" not in here.links())


def lab_ports_are_shown_as_adapters_with_what_they_counted(lab):
    rack = Rack(lab, "neighbour")
    rack.start()
    shell = rack.appliance.shell
    table = shell("Get-NetAdapter")
    check("a port is an adapter", re.search(r"^Port2 +veth +\d+ +Up +(\w\w-){5}\w\w +10 Gbps$", table, re.M), table)
    check("a veth is no hardware", shell("Get-NetAdapter -Physical") == "", shell("Get-NetAdapter -Physical"))

    def counted():
        return json.loads(shell("Get-NetAdapterStatistics Port2 | ConvertTo-Json"))

    before = counted()
    rack.hosts["neighbour"].run("ping", "-c", "3", "-i", "0.05", "-s", "1000", "10.126.77.10")
    after = counted()
    check("what passed is counted", after["ReceivedBytes"] - before["ReceivedBytes"] >= 3 * 1000 and
          after["SentPackets"] - before["SentPackets"] >= 3, (before, after))
    check("by its name only", "There is no network adapter 'Port9'" in rack.appliance.shell(
        "Get-NetAdapterStatistics Port9", expect=None).stderr)


def lab_a_switch_is_added_on_a_port_and_removed(lab):
    rack = Rack(lab)
    rack.start()
    shell, here = rack.appliance.shell, rack.namespace
    here.run("ip", "link", "add", "eth5", "type", "veth", "peer", "name", "far5")
    file = lab.directory / "ports.xml"
    file.write_text('<Configuration xmlns="urn:portreeve:dsc:1"><Port Name="Port5" Interface="eth5"/>'
                    '<Port Name="Port6" Interface="eth6"/></Configuration>', encoding="utf-8")
    shell(f"Start-DscConfiguration {file}")
    check("nothing is said", shell("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -WaitForSwitchCreation $true") == "")
    check("it bears the port's name", here.links()["eth5"].get("master") == "vswitch-Port5", here.links()["eth5"])
    waiting = rack.appliance.shell("Add-HcsExternalVirtualSwitch -InterfaceAlias Port6 -WaitForSwitchCreation $true",
                                   expect=None)
    check("one whose port is absent is waited for", "does not stand yet: port Port6: there is no interface eth6" in
          waiting.stderr, waiting.stderr)
    again = rack.appliance.shell("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5", expect=None)
    check("once", "there is a virtual switch vswitch-Port5 already" in again.stderr, again.stderr)
    shell("Remove-HcsExternalVirtualSwitch vswitch-Port5")
    check("it is gone, and the port free", "vswitch-Port5" not in here.links() and
          here.links()["eth5"].get("master") is None, here.links()["eth5"])


def lab_a_vlan_is_carried_or_said_not_to_be(lab):
    rack = Rack(lab)
    rack.start()
    here = rack.namespace
    added = rack.appliance.shell("Add-HcsVirtualNetwork -SwitchName vSwitch1 -Name cameras -VlanId 100 "
                                 f"-IPAddress {NETWORK_HOST}/24", expect=None)
    if knows_vlans(rack):
        check("it is carried on the port", "100" in here.run("bridge", "vlan", "show", "dev", "eth1").stdout)
        return
    check("the kernel's bridges know none, and that is said", "the bridges of this kernel know no VLANs" in added.stderr,
          added.stderr)
    check("nothing is left of it", rack.appliance.of_interface("VirtualNetwork") == {} and
          "cameras" not in here.links())


def lab_a_service_in_a_network_is_reached_by_layer_2_and_then_by_bgp(lab):
    rack = Rack(lab, "tor")
    rack.start()
    shell, tor = rack.appliance.shell, rack.hosts["tor"]
    tor.address("eth0", "10.126.78.1/24")
    shell(f"Add-HcsVirtualNetwork -SwitchName vSwitch1 -Name devices -IPAddress {NETWORK_HOST}/24\n"
          "Set-HcsIPAddressPool -Name devices -VirtualNetworkName devices -Addresses 10.126.78.200-10.126.78.220")
    address, = rack.appliance.allocate("default/web", PoolName="devices")
    mac = rack.namespace.links()["devices"]["address"]

    def shown(name):
        network, = rack.appliance.of_interface("VirtualNetwork").values()
        return network[name]

    check("the host's virtual NIC answers for it", set(arping(tor, address)) == {mac}, mac)
    router = Bird(lab, tor, 64512, "10.126.78.1", [Neighbor(NETWORK_HOST, 64513)]).start()
    shell("Set-HcsBGPPeer -VirtualNetworkName devices -PeerAddress 10.126.78.1 -PeerAsn 64512 -SelfAsn 64513")
    route = router.wait_route(f"{address}/32")
    check("its route leads to the virtual NIC", route.next_hop == NETWORK_HOST, route)
    wait_until("BGP announces in it", lambda: shown("AnnouncementMode") == "BGP")
    check("the peer is the network's", shown("BGPPeers") == ["10.126.78.1"], shown("BGPPeers"))
    shell("Remove-HcsBGPPeer -VirtualNetworkName devices -PeerAddress 10.126.78.1")
    router.wait_no_route(f"{address}/32")
    check("layer 2 answers again", set(arping(tor, address)) == {mac})


def lab_a_route_is_the_kernels_is_kept_and_put_right(lab):
    rack = Rack(lab, "router")
    rack.start()
    shell, here, router = rack.appliance.shell, rack.namespace, rack.hosts["router"]
    router.address("lo", "192.168.21.1/32")
    router.address("eth0", "10.126.77.1/24")

    def route():
        return here.run("ip", "route", "show", "192.168.21.0/24").stdout.strip()

    wanted = "192.168.21.0/24 via 10.126.77.1 dev vSwitch1 proto 112 metric 100"
    check("nothing is said", shell("Add-HcsNetRoute -InterfaceAlias Port2 -DestinationPrefix 192.168.21.0/24 "
                                   "-NextHop 10.126.77.1 -RouteMetric 100") == "")
    check("it leaves by the port's switch", route() == wanted, route())
    here.run("ping", "-c", "1", "-W", "2", "192.168.21.1")
    here.run("ip", "route", "add", "192.168.22.0/24", "via", "10.126.77.1")
    shown = shell("Get-HcsNetRoute | Format-Table InterfaceAlias, DestinationPrefix, NextHop, RouteMetric, Status")
    check("only what is configured is shown", re.findall(r"^Port2 .*$", shown, re.MULTILINE) and "192.168.22" not in shown,
          shown)
    for doing in (["delete", "192.168.21.0/24"], ["replace", "192.168.21.0/24", "dev", "vSwitch1", "metric", "50"]):
        here.run("ip", "route", *doing, "proto", "112", *([] if doing[0] == "replace" else ["metric", "100"]))
        wait_until(f"it is put right after {doing[0]}", lambda: route() == wanted)
    here.run("ip", "link", "set", "vSwitch1", "down")
    wait_until("and after the switch was down", lambda: route() == wanted)
    here.run("ip", "link", "delete", "vSwitch1")
    wait_until("and after it was removed", lambda: route() == wanted)
    rack.appliance.restart()
    check("a restart keeps it", route() == wanted and shell("Test-DscConfiguration") == "True\n", route())
    refused = shell("Add-HcsNetRoute -InterfaceAlias Port2 -DestinationPrefix 0.0.0.0/0 -NextHop 10.126.77.1", expect=None)
    check("a default route is a switch's", "state it as the Gateway of a switch" in refused.stderr, refused.stderr)
    used = shell("Remove-HcsExternalVirtualSwitch vSwitch1", expect=None)
    check("its switch stays", used.returncode != 0 and "vSwitch1" in here.links(), used.stderr)
    here.run("ip", "route", "add", "192.168.22.0/24", "via", "10.126.77.1")
    shell("Remove-HcsNetRoute -InterfaceAlias Port2 -DestinationPrefix 192.168.21.0/24")
    check("it is gone, and another's stays", route() == "" and
          "192.168.22.0/24" in here.run("ip", "route").stdout, here.run("ip", "route").stdout)
