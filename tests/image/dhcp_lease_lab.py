"""Addresses by DHCP from the start, and a change to a static one and back."""
import sys

from appliance import document
from guest import Site
from harness import TREE, check, limit, wait_until
from switch_lab import Pings

STATIC = "10.126.77.11"
ROUTER = "10.126.77.101"
FIRST = "10.126.77.150"
DROP_IN = document('<Port Name="Port1" Interface="eth0"/>', '<ExternalVirtualSwitch Name="vSwitch1" Dhcp="true">'
                   f"<InterfaceAlias>Port1</InterfaceAlias><IPAddress>{STATIC}/24</IPAddress></ExternalVirtualSwitch>")


def leased(guest, kind, name):
    """The address without its prefix length, as D-Bus shows it; empty: none."""
    interface = {"switch": "ExternalVirtualSwitch", "vnic": "HostVnic"}[kind]
    shown = guest.root.run(f"busctl get-property org.portreeve.Portreeve1 /org/portreeve/Portreeve1/{kind}/{name} "
                           f"org.portreeve.Portreeve1.{interface} DhcpAddress")
    return shown.split('"')[1].partition("/")[0]


def default_routes(guest):
    """Of IPv4: interface and gateway as the kernel prints them."""
    return guest.root.run("awk '$2 $8 == \"0000000000000000\" { print $1, $3 }' /proc/net/route").splitlines()


@limit(300)
def lab_an_appliance_boots_with_dhcp_and_changes_to_a_static_address_and_back(lab):
    site = Site(lab, "a")
    guest, router = site.guests["a"], site.router
    router.start("dhcp-server", sys.executable, TREE / "tests/lab/dhcp_server.py", "eth0", ROUTER, 24, FIRST, 3600)
    guest.start(documents={"50-edge.xml": DROP_IN})
    wait_until("the switch has an address by DHCP", lambda: leased(guest, "switch", "vSwitch1") == FIRST, 60, every=0.5)
    check("it is reached there", router.ping(FIRST))
    check("the default route came with it", default_routes(guest) == ["vSwitch1 654D7E0A"], default_routes(guest))
    check("all is as the configuration says", "True" in guest.shell("Test-DscConfiguration"))

    pings = Pings(lab, router, STATIC)
    guest.root.run("systemctl restart portreeve.service")
    check("a restart keeps it", leased(guest, "switch", "vSwitch1") == FIRST and router.ping(FIRST))
    guest.shell("Set-HcsExternalVirtualSwitch vSwitch1 -Dhcp $false")
    wait_until("without DHCP the address goes", lambda: not router.ping(FIRST, seconds=1), 30)
    wait_until("and the default route", lambda: not default_routes(guest), 10)
    check("it is shown no more", not leased(guest, "switch", "vSwitch1"))
    guest.shell("Set-HcsExternalVirtualSwitch vSwitch1 -Dhcp $true; "
                "Add-HcsHostVnic -Name host1 -SwitchName vSwitch1 -Dhcp $true")
    wait_until("it returns with DHCP", lambda: leased(guest, "switch", "vSwitch1") == FIRST, 60, every=0.5)
    wait_until("a virtual NIC has one of its own",
               lambda: leased(guest, "vnic", "host1") not in ("", FIRST), 60, every=0.5)
    wait_until("both are reached", lambda: router.ping(FIRST) and router.ping(leased(guest, "vnic", "host1")), 10)
    sent, lost = pings.stop()
    check(f"of {sent} pings to the static address none was lost", not lost, lost)
    failed = guest.root.run("systemctl --failed --no-legend --plain").strip()
    check("no unit failed", not failed, failed)
