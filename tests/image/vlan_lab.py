"""VLANs as they are on the wire."""
from appliance import document, pool, switch
from guest import Site
from harness import check, limit, wait_until
from wire import Station, Wire

UNTAGGED, CAMERAS, STORAGE = "10.126.77.11", "10.126.100.1", "10.126.200.1"
NETWORKS = [
    '<VirtualNetwork Name="cameras" SwitchName="vSwitch1" VlanId="100">'
    f"<IPAddress>{CAMERAS}/24</IPAddress></VirtualNetwork>",
    f'<HostVnic Name="storage" SwitchName="vSwitch1" VlanId="200"><IPAddress>{STORAGE}/24</IPAddress></HostVnic>',
    '<IPAddressPool Name="cameras" VirtualNetworkName="cameras"><Addresses>10.126.100.200-10.126.100.220</Addresses>'
    "</IPAddressPool>",
]
JUMBO = 9000


@limit(300)
def lab_frames_of_a_vlan_bear_its_tag_and_are_answered_in_no_other(lab):
    site = Site(lab, "a")
    guest = site.guests["a"]
    site.segment.run("ip", "link", "set", "a0", "mtu", JUMBO)
    wire = Wire(lab, site.segment, "a0")
    guest.start(documents={"50-edge.xml": document(switch(interface="eth0", address=f"{UNTAGGED}/24"), *NETWORKS,
                                                   pool("10.126.77.200-10.126.77.220"))})
    in_cameras, in_storage = Station(wire, "10.126.100.7"), Station(wire, "10.126.200.7")
    untagged = Station(wire, "10.126.77.7")

    for what, station, address, vlan in (("the switch", untagged, UNTAGGED, None),
                                         ("the host in the network", in_cameras, CAMERAS, 100),
                                         ("the host's virtual NIC", in_storage, STORAGE, 200)):
        found = station.arp(address, vlan, seconds=20)
        check(f"{what} answers in its VLAN", found and found[1] == vlan, found)
        check("and pings of full size come back", station.ping(address, vlan, 1500))
        for other in {None, 100, 101, 200} - {vlan}:
            found = station.arp(address, other, seconds=0.5)
            check(f"it does not answer in {other or 'none'}", not found, found)

    guest.shell("Set-HcsExternalVirtualSwitch vSwitch1 -Mtu 9000")
    wait_until("a tagged packet of 9000 octets comes back", lambda: in_cameras.ping(CAMERAS, 100, JUMBO), 20)

    guest.root.run("busctl call org.portreeve.Portreeve1 /org/portreeve/Portreeve1 org.portreeve.Portreeve1.Manager "
                   "AllocateService 'sa{sv}' default/web 2 PoolName s cameras LocalAddress b true")
    service = "10.126.100.200"
    wait_until("a service in the network is announced", lambda: wire.announcements(service), 10)
    check("in its VLAN alone", set(wire.announcements(service)) == {100}, wire.announcements(service))
    check("it is reached there", in_cameras.ping(service, 100, seconds=10))

    guest.shell("Set-HcsVirtualNetwork cameras -VlanId 300")
    wait_until("a network that got another VLAN answers there", lambda: in_cameras.arp(CAMERAS, 300), 20)
    check("and no more where it was", not in_cameras.arp(CAMERAS, 100, seconds=0.5))
    check("the virtual NIC is where it was", in_storage.ping(STORAGE, 200))
    check("so is the switch", untagged.ping(UNTAGGED))
    seen = {frame.vlan for frame in wire.frames}
    check("no frame had another tag", seen <= {None, 100, 200, 300}, seen)
