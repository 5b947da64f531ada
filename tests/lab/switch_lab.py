"""The life of a switch in the kernel: built, changed in place, adopted, taken over, refused, removed."""
import re
import signal
import time

from appliance import Appliance, document, pool, service, switch
from harness import check, never, wait_until
from rack import DOCUMENT, Rack, SELF

GROUP = 0x70727476  # "prtv": the link group of what is ours
PROTOCOL = "112"


class Pings:
    """A ping every 10 ms, until stop() says how many were lost."""

    def __init__(self, lab, namespace, address):
        # A log of their own, for numbers of others are no answers.
        self.process = lab.start(f"pings-{len(lab.processes)}", namespace.command(
            "ping", "-n", "-D", "-i", "0.01", "-W", "1", address))
        wait_until("pings are answered", lambda: self.process.log().count("icmp_seq") > 20)

    def stop(self):
        """How many were sent, and which of them were lost."""
        self.process.signal(signal.SIGINT)
        self.process.wait()
        log = self.process.log()
        # The last ones may be on their way.
        sent = int(re.search(r"^(\d+) packets transmitted", log, re.MULTILINE)[1]) - 10
        seen = {int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", log)}
        return sent, sorted(set(range(1, sent + 1)) - seen)


class Monitor:
    """Everything that the kernel tells of links, addresses and routes."""

    def __init__(self, lab, namespace):
        self.process = lab.start(f"monitor-{namespace.name}", namespace.command("ip", "-o", "monitor", "link",
                                                                                "address", "route"))
        time.sleep(0.3)

    def stop(self):
        self.process.stop()
        return self.process.log().splitlines()


def default_routes(namespace):
    return [(route["gateway"], route["dev"], route["protocol"]) for route in namespace.ip("route", "show", "default")]


def lab_a_switch_is_built_changed_in_place_and_removed(lab):
    rack = Rack(lab, "router")
    here, router = rack.namespace, rack.hosts["router"]
    router.address("eth0", "10.126.77.1/24", "10.126.77.2/24")
    rack.start(gateway="10.126.77.1")
    built = here.links()["vSwitch1"]
    check("it is a bridge of ours", built["linkinfo"]["info_kind"] == "bridge" and
          int(built["group"], 0) == GROUP, (built["linkinfo"]["info_kind"], built["group"]))
    port = here.links()["eth1"]
    check("with the port's MAC", built["address"] == port["address"], (built["address"], port["address"]))
    check("the port is its member and carries its name", (port.get("master"), port.get("ifalias")) ==
          ("vSwitch1", "Port2"), port)
    check("it has the host's address", here.addresses("vSwitch1") == {f"{SELF}/24"}, here.addresses("vSwitch1"))
    check("the default route is ours", default_routes(here) == [("10.126.77.1", "vSwitch1", PROTOCOL)],
          default_routes(here))
    for name, value in (("arp_ignore", "1"), ("arp_announce", "2")):
        shown = here.run("sysctl", "-n", f"net/ipv4/conf/vSwitch1/{name}").stdout.strip()
        check(f"{name} is {value}", shown == value, shown)
    check("it can be reached", router.ping(SELF))

    monitor = Monitor(lab, here)
    rack.appliance.write_drop_in(DOCUMENT, document(switch(address="10.126.77.11/24", gateway="10.126.77.2").replace(
        'Name="vSwitch1"', 'Name="vSwitch1" Mtu="1400"')))
    rack.appliance.bus("Reload")
    changed = here.links()["vSwitch1"]
    check("it is the same link", changed["ifindex"] == built["ifindex"], changed)
    check("with the new address alone", here.addresses("vSwitch1") == {"10.126.77.11/24"}, here.addresses("vSwitch1"))
    check("the new gateway alone", default_routes(here) == [("10.126.77.2", "vSwitch1", PROTOCOL)],
          default_routes(here))
    check("and the new MTU, as its port", [here.links()[name]["mtu"] for name in ("vSwitch1", "eth1")] == [1400, 1400])
    check("it can be reached there", router.ping("10.126.77.11"))
    told = monitor.stop()
    check("no link went", not [line for line in told if re.match(r"Deleted \d+: ", line) and "link/" in line], told)

    rack.appliance.write_drop_in(DOCUMENT, document())
    rack.appliance.bus("Reload")
    check("the switch is gone", "vSwitch1" not in here.links())
    port = here.links()["eth1"]
    check("its port is free, and up", "master" not in port and "UP" in port["flags"], port)
    check("and so is the route", not default_routes(here), default_routes(here))
    check("D-Bus knows none", not rack.switch(), rack.switch())


def lab_a_restart_adopts_what_stands_and_loses_no_frame(lab):
    rack = Rack(lab, "router")
    rack.hosts["router"].address("eth0", "10.126.77.1/24")
    rack.hosts["router"].route("10.126.77.200/32", "via", SELF)
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web"), gateway="10.126.77.1")
    # The kernel tells when it has done trying out its own link-local address, too.
    wait_until("the kernel is done", lambda: "tentative" not in rack.namespace.run("ip", "address", "show").stdout)
    for how, end in (("stopped", rack.appliance.stop), ("killed", rack.appliance.kill)):
        pings = Pings(lab, rack.hosts["router"], SELF)
        to_service = Pings(lab, rack.hosts["router"], "10.126.77.200")
        monitor = Monitor(lab, rack.namespace)
        end()
        rack.appliance.start()
        wait_until("the switch is shown", lambda: rack.switch().get("Status") == "Up")
        time.sleep(0.5)
        told = monitor.stop()
        check(f"{how} and started again, nothing in the kernel changed", not told, told)
        for sent, lost in (pings.stop(), to_service.stop()):
            check(f"of {sent} pings none was lost while it was {how} and started again", not lost, lost)


def lab_a_restart_adopts_twenty_switches_and_the_kernel_hears_nothing(lab):
    rack = Rack(lab)
    here = rack.namespace
    for number in range(20):
        here.run("ip", "link", "add", f"p{number}", "type", "veth", "peer", "name", f"q{number}")
        here.run("ip", "link", "set", f"q{number}", "up")
    rack.start(*(switch(f"s{number}", f"P{number}", f"p{number}", f"10.5.{number}.1/24") for number in range(20)))

    def stand():
        return {name: (link["ifindex"], link.get("master"), link["address"]) for name, link in here.links().items()}

    def are_up():
        return [shown["Status"] for shown in rack.appliance.of_interface("ExternalVirtualSwitch").values()] == ["Up"] * 21

    wait_until("all are up", are_up)
    wait_until("the kernel is done", lambda: "tentative" not in here.run("ip", "address", "show").stdout)
    before = stand()
    for end in (rack.appliance.stop, rack.appliance.kill):
        monitor = Monitor(lab, here)
        end()
        rack.appliance.start()
        wait_until("all are up", are_up)
        time.sleep(0.5)
        told = monitor.stop()
        check("nothing in the kernel changed", not told, told)
        check("every link is the same one", stand() == before, stand())


def lab_a_switch_that_left_the_document_while_the_appliance_was_down_is_removed(lab):
    rack = Rack(lab)
    rack.start()
    rack.appliance.stop()
    check("the switch stands without the daemon", "vSwitch1" in rack.namespace.links())
    rack.appliance.write_drop_in(DOCUMENT, document())
    rack.appliance.start()
    wait_until("it is removed", lambda: "vSwitch1" not in rack.namespace.links())


def lab_a_foreign_bridge_of_the_same_name_is_refused_and_left_alone(lab):
    rack = Rack(lab)
    here = rack.namespace
    here.run("ip", "link", "add", "vSwitch1", "type", "bridge")
    here.address("vSwitch1", "10.5.0.1/24")
    before = here.links()["vSwitch1"]
    rack.start()
    shown = rack.switch()
    check("the switch failed, with the reason", shown["Status"] == "Failed" and re.search(
        "vSwitch1 exists that Portreeve did not make", shown["StatusText"]), (shown["Status"], shown["StatusText"]))
    check("STATUS= says so", "vSwitch1" in rack.appliance.status(), rack.appliance.status())
    now = here.links()["vSwitch1"]
    check("the bridge is untouched", (before["ifindex"], before["group"], before["flags"]) ==
          (now["ifindex"], now["group"], now["flags"]) and here.addresses("vSwitch1") == {"10.5.0.1/24"}, now)
    check("the port is no member of it", "master" not in here.links()["eth1"])

    here.run("ip", "link", "delete", "vSwitch1")
    wait_until("it is built once the name is free", lambda: f"{SELF}/24" in here.addresses("vSwitch1"), 10)


def lab_a_port_with_a_foreign_master_or_foreign_addresses_is_refused(lab):
    rack = Rack(lab)
    here = rack.namespace
    here.address("eth1", "10.5.0.1/24")
    rack.start()
    shown = rack.switch()
    check("foreign addresses are named", shown["Status"] == "Failed" and "10.5.0.1" in shown["StatusText"],
          shown["StatusText"])
    check("and left alone", here.addresses("eth1") == {"10.5.0.1/24"} and "vSwitch1" not in here.links())
    here.run("ip", "address", "flush", "dev", "eth1")
    here.run("ip", "link", "add", "br-other", "type", "bridge")
    here.run("ip", "link", "set", "eth1", "master", "br-other")
    wait_until("a foreign master is named", lambda: "br-other" in rack.switch()["StatusText"], 10)
    never("the port is taken from it", lambda: here.links()["eth1"].get("master") != "br-other", 1)
    here.run("ip", "link", "set", "eth1", "nomaster")
    wait_until("the port is taken once it is free", lambda: here.links()["eth1"].get("master") == "vSwitch1", 10)


def lab_a_port_that_carries_the_switchs_own_address_is_taken_over_in_one_step(lab):
    rack = Rack(lab, "router")
    here, router = rack.namespace, rack.hosts["router"]
    router.address("eth0", "10.126.77.1/24")
    router.address("lo", "10.99.0.1/32")
    here.address("eth1", f"{SELF}/24")
    here.route("default", "via", "10.126.77.1")
    direct = Pings(lab, router, SELF)
    routed = Pings(lab, here, "10.99.0.1")
    rack.start(gateway="10.126.77.1")
    wait_until("the switch has the address", lambda: here.addresses("vSwitch1") == {f"{SELF}/24"})
    time.sleep(0.5)
    check("the port has it no more", not here.addresses("eth1"), here.addresses("eth1"))
    check("the default route goes through the switch", [route[:2] for route in default_routes(here)] ==
          [("10.126.77.1", "vSwitch1")], default_routes(here))
    for what, pings in (("to the appliance", direct), ("from it, by the default route", routed)):
        sent, lost = pings.stop()
        check(f"of {sent} pings {what} hardly one was lost", len(lost) <= 3, lost)


def lab_a_switch_with_a_long_name_keeps_it_as_an_alternative_name(lab):
    rack = Rack(lab, "router")
    rack.appliance.write_drop_in(DOCUMENT, document(switch("storage-network-west", address=f"{SELF}/24")))
    rack.appliance.start()
    wait_until("it works", lambda: rack.hosts["router"].ping(SELF))
    shown = rack.switch("storage-network-west")
    link = rack.namespace.links().get(shown["Interface"])
    check("the link has a short name and the long one", link and len(shown["Interface"]) <= 15 and
          "storage-network-west" in link.get("altnames", []), (shown["Interface"], link))
    index = link["ifindex"]
    rack.appliance.restart()
    wait_until("it is shown", lambda: rack.switch("storage-network-west").get("Status") == "Up")
    check("and adopted by it", rack.namespace.links()[shown["Interface"]]["ifindex"] == index)


def lab_switches_do_not_end_at_the_usual_limit_of_open_files(lab):
    """Each needs three descriptors, for writes to its settings to be heard; the soft limit stands at 64."""
    namespace = lab.namespace("many")
    for number in range(40):
        namespace.run("ip", "link", "add", f"p{number}", "type", "veth", "peer", "name", f"q{number}")
    appliance = Appliance(lab, namespace)
    switches = [switch(f"s{number}", f"Port{number}", f"p{number}", f"10.100.{number}.1/24") for number in range(40)]
    appliance.write_drop_in(DOCUMENT, document(*switches))
    appliance.start(wrapper=("prlimit", "--nofile=64:4096"))
    namespace.run("sysctl", "-q", "-w", "net.ipv4.conf.s39.arp_ignore=0")
    wait_until("a write to the last switch's setting is put right", lambda: namespace.run(
        "sysctl", "-n", "net.ipv4.conf.s39.arp_ignore").stdout.strip() == "1")
    check("no descriptor was missing", "Too many open files" not in appliance.log(), appliance.log())
