"""Ports by the names that the hardware gives them: virtio's on the PCI bus of a guest, numbered by it or by SMBIOS."""
import re

from appliance import document
from guest import Site
from harness import check, limit, soak, wait_until


def adapters(guest):
    """{name: (description, status, MAC address)} of those of hardware."""
    shown = guest.shell("Get-NetAdapter -Physical")
    return {row[1]: row.groups()[1:]
            for row in re.finditer(r"^(\S+) +(\S.*\S) +\d+ +(\w+) +((?:\w\w-){5}\w\w) +\d+ G?bps$", shown, re.M)}


def nics(guest):
    """{name: number of QEMU's NIC}: the last octet of its MAC address."""
    return {name: int(mac[-2:], 16) for name, (_, _, mac) in adapters(guest).items()}


def master(guest, interface):
    return guest.root.run(f"basename $(readlink /sys/class/net/{interface}/master)").strip()


@soak
@limit(400)
def lab_ports_have_the_names_of_their_places(lab):
    site = Site(lab, "a", ports=3)
    guest = site.guests["a"]
    guest.start()
    first = adapters(guest)
    check("they are counted along the bus", nics(guest) == {"Port1": 0, "Port2": 1, "Port3": 2},
          guest.shell("Get-NetAdapter; Get-HcsPort | Format-List"))
    check("the driver and the PCI function beneath virtio are shown",
          re.fullmatch(r"virtio_net 0000:00:\w\w\.0", first["Port2"][0]), first)
    check("set-up is on the first", master(guest, "eth0") == "Setup")
    added = guest.shell("Add-HcsExternalVirtualSwitch -InterfaceAlias Port2 -WaitForSwitchCreation $true")
    check("a port that no document names is had by its name", (added.strip(), master(guest, "eth1")) ==
          ("", "vswitch-Port2"), added)
    counted = guest.shell("Get-NetAdapterStatistics Port2")
    check("it counts", re.search(r"^Port2 +\d+ +\d+ +[1-9]", counted, re.M), counted)

    function = first["Port1"][0].split()[1]
    guest.root.run(f"echo {function} >/sys/bus/pci/drivers/virtio-pci/unbind")
    wait_until("the first link goes", lambda: "Port1" not in nics(guest), 20)
    check("the others keep their names", nics(guest) == {"Port2": 1, "Port3": 2}, adapters(guest))
    guest.stop()

    onboard = [f"type=41,designation=LAN {instance},instance={instance},kind=ethernet,pcidev=nic{nic}"
               for instance, nic in ((1, 2), (4, 1))]
    wan = first["Port1"][2].replace("-", ":")
    guest.start(qemu=[word for one in onboard for word in ("-smbios", one)], documents={"50-map.xml": document(
        f"<HardwareMap><PortName>Wan={wan}</PortName></HardwareMap>", '<Port Name="Wan"/>')})
    check("the map goes before the board, the board before the bus", nics(guest) == {"Wan": 0, "Port1": 2, "Port4": 1},
          guest.shell("Get-HcsPort | Format-List"))
    check("the board's label is shown", adapters(guest)["Port4"][0] == "LAN 4", adapters(guest))
