"""What the units around Portreeve do for it."""
import re

from appliance import bfd_profile, document, peer, switch
from guest import Site
from harness import check, limit, wait_until

CALL = "busctl call org.portreeve.Portreeve1 /org/portreeve/Portreeve1 org.portreeve.Portreeve1.Manager Describe"
NETWORK = r"[Match]\nName=eth1\n[Network]\nAddress=10.9.9.9/24\n"


def active(guest, unit):
    return guest.root.run(f"systemctl is-active {unit}", expect=None).strip() == "active"


@limit(300)
def lab_systemd_starts_portreeve_again_and_networkd_hears_of_its_files(lab):
    site = Site(lab, "a", ports=2)
    guest = site.guests["a"]
    guest.start(documents={"50-edge.xml": document(
        switch(interface="eth0", address="10.126.77.11/24", gateway="10.126.77.101"), bfd_profile("fast", 50),
        peer("10.126.77.101", 64512, 64513, BFDProfile="fast"))})
    check("networkd does not run where nobody asks for DHCP", not active(guest, "systemd-networkd.service"))

    guest.root.run("systemctl kill -s KILL portreeve.service")
    wait_until("it is started again after a fall", lambda: active(guest, "portreeve.service"), 30)
    check("at once", "NRestarts=1" in guest.root.run("systemctl show -p NRestarts portreeve.service"))
    guest.root.run("systemctl stop portreeve.service")
    guest.root.run(CALL + " >/dev/null")
    check("a call on the bus starts it", active(guest, "portreeve.service"))
    check("the host is where it was", site.router.ping("10.126.77.11"))

    shown = guest.root.run("systemctl show -p StatusText -p WatchdogUSec portreeve.service")
    check("it says in words how it is", re.search("StatusText=1 switch, ", shown), shown)
    check("BFD has its priority", re.search(r"^ *FF +10 portreeve$", guest.root.run("ps -eLo cls,rtprio,comm"),
                                            re.MULTILINE))
    check("systemd watches it", "WatchdogUSec=30s" in shown, shown)

    as_portreeve = "setpriv --reuid portreeve --regid portreeve --clear-groups"
    guest.root.run(f"{as_portreeve} sh -c 'printf \"{NETWORK}\" >/run/systemd/network/50-lab.network'")
    wait_until("networkd has done what user portreeve's file says",
               lambda: "10.9.9.9" in guest.root.run("cat /proc/net/fib_trie"), 60)
    check("and has left Portreeve's route", re.search(r"^vSwitch1\t00000000\t654D7E0A", guest.root.run(
        "cat /proc/net/route"), re.MULTILINE))
    guest.root.run(f"{as_portreeve} networkctl reload 2>/dev/null", expect=1)
    guest.root.run(f"{as_portreeve} sh -c 'echo 4 1 >/run/portreeve/virtual-functions/eth0'")
    outcome = "/run/portreeve/virtual-functions-done/eth0"
    wait_until("root's service has answered user portreeve's request for virtual functions",
               lambda: guest.root.run(f"cat {outcome}", expect=None) == "0\neth0 can have 0 virtual functions, not 4\n", 30)
    wait_until("and taken it away", lambda: guest.root.run("ls /run/portreeve/virtual-functions") == "", 10)
    failed = guest.root.run("systemctl --failed --no-legend --plain").strip()
    check("no unit failed", not failed, failed)
