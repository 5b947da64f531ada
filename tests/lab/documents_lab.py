"""Bad documents, from end to end: what `portreeve validate` says of each; and that a running appliance says the same
when it lies in its drop directory, and goes on as it was."""
import re
import time

from appliance import document, element, peer, pool, service, switch
from bus import BusError
from harness import PROGRAM, check, wait_until
from rack import Rack, SELF

HEAD = '<Configuration xmlns="urn:portreeve:dsc:1">\n'
TAIL = "\n</Configuration>\n"
SWITCH = switch(address=f"{SELF}/24").replace("\n", "")
OTHER = switch("vSwitch9", "Port9", "eth9", "10.1.1.10/24").replace("\n", "")
PEER = peer("10.126.77.125", 64512, 64513)
POOL = pool("10.126.77.200-10.126.77.220")
ASNS = "1-65534.*131072-4294967294"


def inside(*lines):
    """A document of the switch (line 2) and further lines, the first of which is line 3."""
    return HEAD + "\n".join((SWITCH, *lines)) + TAIL


def changed(line, old, new):
    assert old in line
    return inside(line.replace(old, new))


# What it is, the document, the line that the fault is in, and words of the message.
BAD = [
    ("an empty file", "", 1, "empty"),
    ("no XML", "[Network]\nDHCP=yes\n", 1, "Configuration|<"),
    ("a document that ends too early", HEAD + '<Port Name="Port9"', 2, "ends|closed"),
    ("an element that is not closed", HEAD + '<Port Name="Port9" Interface="eth9">' + TAIL, 3, "</Port>"),
    ("two roots", HEAD + TAIL + HEAD + TAIL, 4, "second root"),
    ("an attribute twice", inside('<Port Name="Port9" Name="Port8" Interface="eth9"/>'), 3, "Name.*twice"),
    ("a document type", '<!DOCTYPE x [<!ENTITY a "b">]>\n' + document(), 1, "DOCTYPE"),
    ("an entity that nobody defined", inside('<Port Name="&who;" Interface="eth9"/>'), 3, "&who;"),
    ("a billion laughs", '<!DOCTYPE x [<!ENTITY a "' + "ha" * 1000 + '">]>\n' + inside("&a;"), 1, "DOCTYPE"),
    ("deep nesting", HEAD + "<a>" * 10000 + TAIL, 2, "deep|levels|not known"),
    ("octets that are no UTF-8", inside('<Port Name="Port\udcff" Interface="eth9"/>'), 3, "UTF-8"),
    ("a null octet", inside('<Port Name="Port\0" Interface="eth9"/>'), 3, "control character|null|U\\+0000|0x00"),
    ("another namespace", document().replace("dsc:1", "dsc:2"), 2, "urn:portreeve:dsc:1"),
    ("no namespace", document().replace(' xmlns="urn:portreeve:dsc:1"', ""), 2, "urn:portreeve:dsc:1"),
    ("another root", '<Config xmlns="urn:portreeve:dsc:1"/>', 1, "Configuration"),
    ("an element that does not exist", inside('<Prot Name="Port9" Interface="eth9"/>'), 3, "Prot.*Port"),
    ("an attribute that does not exist", inside('<Port Name="Port9" Interfaze="eth9"/>'), 3, "Interfaze.*Interface"),
    ("text between elements", inside("some text"), 3, "text"),
    ("a key that is missing", inside('<Port Interface="eth9"/>'), 3, "Name"),
    *((f"AS number {asn}", changed(PEER, 'PeerAsn="64512"', f'PeerAsn="{asn}"'), 3, ASNS)
      for asn in ("0", "23456", "65535", "65536", "131071", "4294967295", "-1", "64512.0", "AS64512", "")),
    *((f"hold time {seconds}", changed(PEER, "<BGPPeer", f'<BGPPeer HoldTimeInSeconds="{seconds}"'), 3, "3.*65535")
      for seconds in ("1", "2", "65536", "-15", "fifteen")),
    *((f"peer {address}", changed(PEER, "10.126.77.125", address), 3, words) for address, words in (
        ("10.126.077.125", "leading zero"), ("10.126.77", "address"), ("10.126.77.256", "address"),
        ("127.0.0.1", "loopback"), ("224.0.0.1", "unicast"), ("0.0.0.0", "unicast"), ("255.255.255.255", "unicast"),
        (SELF, "name the router, not this port"), ("router.example", "address"))),
    ("a peer on a switch that does not exist", changed(PEER, "vSwitch1", "vSwitch9"), 3, "vSwitch9"),
    ("a peer twice", inside(PEER, PEER), 4, "vSwitch1/10.126.77.125"),
    ("pools that overlap", inside(POOL, POOL.replace('"compute"', '"other"').replace("200-", "215-")), 4, "overlaps"),
    ("a range that goes backwards", changed(POOL, "10.126.77.200-", "10.126.77.230-"), 3, "10.126.77.230"),
    ("a pool of no addresses", changed(POOL, "<Addresses>10.126.77.200-10.126.77.220</Addresses>", ""), 3, "Addresses"),
    ("a pool of multicast addresses", changed(POOL, "10.126.77.200-10.126.77.220", "224.0.0.0/24"), 3, "unicast"),
    ("a port in two switches", changed(OTHER, "Alias>Port9", "Alias>Port2"), 3, "Port2.*already in"),
    ("two ports that are no team", changed(OTHER, "</InterfaceAlias>",
                                           "</InterfaceAlias><InterfaceAlias>Port2</InterfaceAlias>"),
     3, "EnableEmbeddedTeaming"),
    ("a gateway that is out of reach", changed(OTHER, "</External", "<Gateway>10.2.2.1</Gateway></External"), 3,
     "10.2.2.1.*subnet"),
    ("an address without prefix", changed(OTHER, "10.1.1.10/24", "10.1.1.10"), 3, "10.1.1.10"),
    ("a network's address", changed(OTHER, "10.1.1.10/24", "10.1.1.0/24"), 3, "network address"),
    ("an MTU too small", changed(OTHER, "Switch Name", 'Switch Mtu="1000" Name'), 3, "1280.*9216"),
    ("a gateway beside DHCP's", changed(OTHER.replace("Switch Name", 'Switch Dhcp="true" Name'), "</External",
                                        "<Gateway>10.1.1.1</Gateway></External"), 3, "Dhcp"),
    ("a port in two ways", inside('<Port Name="Port9" Interface="eth9" MacAddress="02:00:00:00:00:09"/>'), 3,
     "Interface.*MacAddress.*PciAddress"),
    ("a place of two ports", inside("<HardwareMap><PortName>Port8=0000:01:00.0</PortName>"
                                    "<PortName>Port9=0000:01:00.0</PortName></HardwareMap>"), 3, "0000:01:00.0.*name"),
    ("DependsOn that names nothing", changed(PEER, "<BGPPeer", '<BGPPeer DependsOn="[Port]Port7"'), 3, "Port7"),
    ("a circle", inside('<Port Name="Port8" Interface="eth8" DependsOn="[Port]Port9"/>',
                        '<Port Name="Port9" Interface="eth9" DependsOn="[Port]Port8"/>'), "3|4", "Port[89]"),
    ("an Ensure that is neither", changed(PEER, "<BGPPeer", '<BGPPeer Ensure="Maybe"'), 3, "Present.*Absent"),
    ("a service of no pool", inside(service("default/web", pool_name="nowhere")), 3, "nowhere"),
    ("a service's address outside its pool", inside(POOL, service("default/web", address="10.9.9.9")), 4, "10.9.9.9"),
]


def validate(rack, file):
    """The first line that `portreeve validate` prints of a document: line, and what it says."""
    result = rack.namespace.run(PROGRAM, "validate", file, expect=None)
    found = re.match(rf"{re.escape(str(file))}:(\d+):\d+: error: (.*)", result.stderr)
    check(f"validate refuses with a place: {result.stderr or result.stdout!r}", found and result.returncode == 1)
    return found[1], found[2]


def lab_bad_documents_are_refused_with_place_and_reason_and_change_nothing(lab):
    rack = Rack(lab, "router")
    rack.appliance.write_drop_in("50-good.xml", inside(PEER))
    rack.appliance.start()
    file, wrong = rack.appliance.drop_ins / "50-good.xml", []
    for what, text, line, words in BAD:
        # In place of the good one: it hides nothing and nothing hides it.
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        place, said = validate(rack, file)
        if not re.fullmatch(str(line), place) or not re.search(words, said):
            wrong.append((what, place, said))
            continue
        try:
            rack.appliance.bus("Reload")
            wrong.append((what, "was taken by the appliance"))
        except BusError as error:
            if said not in error.message:
                wrong.append((what, said, "but the appliance said", error.message))
    check("each fault is named as it should", not wrong, wrong)
    check("there are forty and more", len(BAD) >= 40, len(BAD))
    check("the appliance works as before", rack.hosts["router"].ping(SELF) and
          rack.peer("10.126.77.125")["PeerAsn"] == 64512 and rack.switch()["Status"] == "Up")
    file.write_text(inside(PEER), encoding="utf-8")
    rack.appliance.bus("Reload")


def lab_the_credential_is_a_layer_of_its_own(lab):
    rack = Rack(lab)
    credential = lab.directory / "credentials/portreeve.dsc"
    credential.parent.mkdir()
    credential.write_text(document('<ExternalVirtualSwitch Name="vSwitch1" Mtu="1400">'
                                   "<InterfaceAlias>Port2</InterfaceAlias></ExternalVirtualSwitch>", PEER),
                          encoding="utf-8")
    rack.configure()
    rack.appliance.start(env={"CREDENTIALS_DIRECTORY": str(credential.parent)})
    check("what it says is laid over the directories'", rack.namespace.links()["vSwitch1"]["mtu"] == 1400 and
          rack.namespace.addresses("vSwitch1") == {f"{SELF}/24"}, rack.namespace.links()["vSwitch1"]["mtu"])
    check("and what it adds is there", rack.peer("10.126.77.125")["PeerAsn"] == 64512, rack.peer("10.126.77.125"))

    credential.write_text(inside('<Prot Name="Port9"/>'), encoding="utf-8")
    try:
        rack.appliance.bus("Reload")
        check("a fault in it is refused", False)
    except BusError as error:
        check("a fault in it is named with its path and place", f"{credential}:3:" in error.message, error.message)

    credential.write_text("", encoding="utf-8")
    rack.appliance.bus("Reload")
    check("empty, it is no layer", not rack.peer("10.126.77.125") and
          rack.namespace.links()["vSwitch1"]["mtu"] == 1500, rack.namespace.links()["vSwitch1"]["mtu"])


def lab_where_they_are_watched_drop_ins_are_read_when_they_change(lab):
    rack = Rack(lab)
    rack.start()

    def pools():
        return {shown["Name"] for shown in rack.appliance.of_interface("IPAddressPool").values()}

    rack.appliance.write_drop_in("60-more.xml", document(pool("10.1.0.1-10.1.0.9", "unasked")))
    time.sleep(0.5)
    check("not watched, a new file is not read", not pools(), pools())
    rack.appliance.write_drop_in("40-watch.xml", document(element("LocalConfigurationManager", WatchDropIns=True)))
    rack.appliance.bus("Reload")
    check("read once, with all", pools() == {"unasked"}, pools())
    rack.appliance.write_drop_in("60-more.xml", document(pool("10.1.0.1-10.1.0.9", "watched")))
    wait_until("watched, a new file is read by itself", lambda: pools() == {"watched"}, 2)
    rack.appliance.write_drop_in("60-more.xml", "<Configuration")
    wait_until("a bad one is told", lambda: rack.appliance.properties(
        "/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager")["ConfigurationFaults"], 2)
    check("and changes nothing", pools() == {"watched"}, pools())
    rack.appliance.remove_drop_in("60-more.xml")
    wait_until("and one that goes is missed", lambda: not pools(), 2)

    rack.appliance.write_drop_in("40-watch.xml", document())
    wait_until("no more watched", lambda: rack.appliance.properties(
        "/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager")["NumberOfResources"] == 2, 2)
    rack.appliance.write_drop_in("60-more.xml", document(pool("10.1.0.1-10.1.0.9", "unseen")))
    time.sleep(0.5)
    check("a new file is not read", not pools(), pools())
    rack.appliance.bus("Apply", "sa{sv}", document(element("LocalConfigurationManager", WatchDropIns=True)), {})
    wait_until("watched again, what came meanwhile is read", lambda: pools() == {"unseen"}, 2)
