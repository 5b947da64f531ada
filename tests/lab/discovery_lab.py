"""Links that come, change and go: told of on D-Bus at once, by signals; and hardware that comes after its document."""
import signal

from appliance import NAME, PATH, document, switch
from bus import Connection
from harness import check, serial, wait_until
from rack import DOCUMENT, Rack, SELF

PORT = f"{NAME}.Port"
SWITCH = f"{NAME}.ExternalVirtualSwitch"
PROPERTIES = "org.freedesktop.DBus.Properties"
AT_ONCE = 0.2


class Mirror:
    """What a client knows that asked once and has listened to signals since."""

    def __init__(self, appliance):
        self.connection = Connection(appliance.private_bus.address)
        self.connection.subscribe(f"type='signal',path_namespace='{PATH}'")
        self.objects = self._ask()

    def port(self, interface):
        return next((shown[PORT] for shown in self.objects.values()
                     if PORT in shown and shown[PORT]["Interface"] == interface), {})

    def take_in(self, seconds):
        """Takes in one signal, if one comes in that time."""
        if not self.connection.wait_for_signal(seconds):
            return
        came = self.connection.signals.popleft()
        if came.member == "InterfacesAdded":
            self.objects.setdefault(came.arguments[0], {}).update(came.arguments[1])
        elif came.member == "InterfacesRemoved":
            for interface in came.arguments[1]:
                del self.objects[came.arguments[0]][interface]
        elif came.member == "PropertiesChanged" and came.interface == PROPERTIES and came.path in self.objects:
            interface, changed, invalidated = came.arguments
            check("signals carry the values", not invalidated, invalidated)
            self.objects[came.path][interface].update(changed)

    def wait(self, what, predicate):
        wait_until(f"signals tell that {what}", lambda: predicate() or self.take_in(0.02), AT_ONCE, every=0)

    def check_complete(self):
        """Nothing was missed on the way."""
        def links(objects):
            return {path: {kind: shown[kind] for kind in (PORT, SWITCH) if kind in shown}
                    for path, shown in objects.items() if PORT in shown or SWITCH in shown}
        wait_until("who listened knows as much as who asks", lambda: self.take_in(0.02) or
                   links(self.objects) == links(self._ask()), 2)

    def _ask(self):
        return self.connection.call(NAME, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]


@serial
def lab_links_that_come_change_and_go_are_told_of_within_200_ms(lab):
    rack = Rack(lab, "router")
    rack.start()
    mirror, here = Mirror(rack.appliance), rack.namespace
    check("the port is known", mirror.port("eth1")["Status"] == "Up", mirror.port("eth1"))
    check("the loopback is not a port", not mirror.port("lo"))
    check("nor the switch", not mirror.port("vSwitch1"))

    lab.connect(here, "eth7", rack.hosts["router"], "eth7", up=False)
    mirror.wait("a port came", lambda: mirror.port("eth7"))
    check("it is down", mirror.port("eth7")["Status"] == "Disabled", mirror.port("eth7"))
    here.run("ip", "link", "set", "eth7", "up")
    mirror.wait("it is up, without carrier", lambda: mirror.port("eth7")["Status"] == "Down")
    rack.hosts["router"].run("ip", "link", "set", "eth7", "up")
    mirror.wait("it has carrier", lambda: mirror.port("eth7")["Status"] == "Up")
    here.run("ip", "link", "set", "eth7", "mtu", "1400")
    mirror.wait("its MTU changed", lambda: mirror.port("eth7")["Mtu"] == 1400)
    here.run("ip", "link", "set", "eth7", "address", "02:00:00:00:00:07")
    mirror.wait("its MAC changed", lambda: mirror.port("eth7")["MacAddress"] == "02-00-00-00-00-07")
    here.run("ip", "link", "set", "eth7", "name", "eth8")
    mirror.wait("it was renamed", lambda: mirror.port("eth8") and not mirror.port("eth7"))
    rack.hosts["router"].run("ip", "link", "set", "eth7", "down")
    mirror.wait("its carrier is gone", lambda: mirror.port("eth8")["Status"] == "Down")
    here.run("ip", "link", "delete", "eth8")
    mirror.wait("it went", lambda: not mirror.port("eth8"))
    rack.cut()
    mirror.wait("a switch's port lost its cable", lambda: mirror.port("eth1")["Status"] == "Down")
    rack.mend()
    mirror.wait("and has it again", lambda: mirror.port("eth1")["Status"] == "Up")
    mirror.check_complete()


def lab_a_port_that_is_absent_is_waited_for_and_its_switch_built_when_it_comes(lab):
    rack = Rack(lab, "router")
    rack.appliance.write_drop_in(DOCUMENT, document(
        switch(address=f"{SELF}/24"), switch("vSwitch2", port="Port3", interface="eth7", address="10.1.0.1/24")))
    rack.appliance.start()
    check("READY does not wait for it", rack.appliance.notify.ready())
    wait_until("STATUS names it", lambda: "Port3" in rack.appliance.status() or "eth7" in rack.appliance.status(), 2)
    check("the other switch works", rack.hosts["router"].ping(SELF))
    shown = rack.port("Port3")
    check("D-Bus says that it is not there, and what it waits for",
          shown["Status"] == "NotPresent" and "eth7" in shown["StatusText"], shown)
    check("its switch waits", rack.switch("vSwitch2")["Status"] == "Waiting", rack.switch("vSwitch2"))

    for _ in range(2):
        lab.connect(rack.namespace, "eth7", rack.hosts["router"], "eth7")
        wait_until("the switch is built", lambda: "10.1.0.1/24" in rack.namespace.addresses("vSwitch2") and
                   rack.namespace.links()["eth7"].get("master") == "vSwitch2", 1)
        wait_until("it is shown so", lambda: rack.switch("vSwitch2")["Status"] == "Up" and
                   rack.port("Port3")["Interface"] == "eth7", 1)
        check("nothing waits any more", "Port3" not in rack.appliance.status(), rack.appliance.status())
        # Pulled out, and in again.
        rack.namespace.run("ip", "link", "delete", "eth7")
        wait_until("it is shown as gone", lambda: rack.port("Port3")["Status"] == "NotPresent", 1)


def lab_a_port_can_be_named_by_its_mac_address(lab):
    rack = Rack(lab, "router")
    mac = rack.namespace.links()["eth1"]["address"].replace(":", "-").upper()
    rack.appliance.write_drop_in(DOCUMENT, document(
        switch(address=f"{SELF}/24").replace('Interface="eth1"', f'MacAddress="{mac}"')))
    rack.appliance.start()
    wait_until("the switch works", lambda: rack.hosts["router"].ping(SELF))
    check("the port is found", rack.port("Port2")["Interface"] == "eth1", rack.port("Port2"))
    rack.namespace.run("ip", "link", "set", "eth1", "down")
    rack.namespace.run("ip", "link", "set", "eth1", "name", "uplink")
    rack.namespace.run("ip", "link", "set", "uplink", "up")
    wait_until("and found again under another name", lambda: rack.port("Port2")["Interface"] == "uplink" and
               rack.hosts["router"].ping(SELF))


def lab_lost_notifications_lead_to_a_full_reading(lab):
    rack = Rack(lab, "router")
    rack.start()
    here = rack.namespace
    lab.connect(here, "eth7", rack.hosts["router"], "eth7")
    wait_until("the port is known", lambda: rack.port("eth7"))

    rack.appliance.process.signal(signal.SIGSTOP)
    flood = "".join(f"link set eth7 mtu {mtu}\n" for mtu in (1400, 1300) * 1000)
    wait_until("the kernel drops notifications", lambda: here.run("ip", "-batch", "-", text=flood) and drops(here), 60)
    # Of these the kernel can tell nobody any more.
    here.run("ip", "-batch", "-", text="link set eth7 mtu 1234\nlink add eth9 type bridge\nlink set eth7 down\n"
             "link set eth7 name eth8\n")
    rack.appliance.process.signal(signal.SIGCONT)
    wait_until("the appliance knows what is", lambda: not rack.port("eth7") and
               (rack.port("eth8").get("Mtu"), rack.port("eth8").get("Status")) == (1234, "Disabled"), 5)
    check("the switch has not suffered", rack.hosts["router"].ping(SELF))


def drops(namespace):
    """Notifications that the kernel could not deliver to those who listen in a namespace."""
    rows = [line.split() for line in namespace.run("cat", "/proc/net/netlink").stdout.splitlines()[1:]]
    return sum(int(row[8]) for row in rows if row[1] == "0" and int(row[3], 16))
