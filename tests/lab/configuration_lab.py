"""Where the configuration comes from: documents good and bad, the last good one, the user layer, and a bus that comes
when it likes."""
import os
import re
import socket

from appliance import document, peer, pool, service, switch
from bus import BusError, Connection
from harness import LabFailure, check, wait_until
from rack import DOCUMENT, Rack, SELF, resident_memory

ROUTER = "10.126.77.125"
BAD_PEER = peer(ROUTER, 23456, 64513)


def faults(rack):
    """[(file, line, column, code, text)] as D-Bus has them."""
    return rack.appliance.properties("/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager")[
        "ConfigurationFaults"]


def check_fault_is_shown(rack, file, words):
    """In the journal, on D-Bus and in the minishell."""
    found = faults(rack)
    check("D-Bus has file, line, column and words", any(fault[0].endswith(file) and fault[1] > 0 and
          re.search(words, fault[4]) for fault in found), found)
    line = rf"{re.escape(file)}:\d+:\d+: .*{words}"
    check("the journal has them", re.search(line, rack.appliance.log()), rack.appliance.log()[-2000:])
    shell = rack.appliance.shell("Get-HcsExternalVirtualSwitch\n", expect=None)
    check("the minishell has them", file in shell.stdout + shell.stderr, (shell.stdout, shell.stderr))
    check("STATUS= has them", file in rack.appliance.status(), rack.appliance.status())


def refusal(call, *arguments):
    """What a call is refused with."""
    try:
        call(*arguments)
    except BusError as error:
        return error
    raise LabFailure("it was not refused")


def lab_with_an_invalid_document_at_boot_the_last_good_configuration_is_applied(lab):
    rack = Rack(lab, "router")
    rack.start(peer(rack.addresses["router"], 64512, 64513))
    rack.appliance.stop()
    rack.namespace.run("ip", "link", "delete", "vSwitch1")  # as after a reboot
    rack.configure(BAD_PEER)
    rack.appliance.start()
    wait_until("the switch is there", lambda: rack.hosts["router"].ping(SELF))
    check("and the peer that was", list(rack.peer(rack.addresses["router"])), rack.appliance.of_interface("BGPPeer"))
    check_fault_is_shown(rack, DOCUMENT, "23456")

    rack.appliance.restart()
    check("it is still so after another start", rack.hosts["router"].ping(SELF) and faults(rack))

    rack.configure(peer(ROUTER, 64512, 64513))
    rack.appliance.bus("Reload")
    check("mended, the fault is gone", not faults(rack), faults(rack))
    check("and what the document says is there", rack.peer(ROUTER) and not rack.peer(rack.addresses["router"]))
    check("the minishell is silent", DOCUMENT not in rack.appliance.shell("Get-HcsExternalVirtualSwitch\n"))


def lab_with_no_last_good_configuration_nothing_is_configured_but_the_appliance_answers(lab):
    rack = Rack(lab, "router")
    rack.start(BAD_PEER)
    check("no switch is made", "vSwitch1" not in rack.namespace.links() and not rack.switch())
    check("ports are shown all the same", rack.port("eth1") or rack.port("Port2"), rack.appliance.of_interface("Port"))
    check_fault_is_shown(rack, DOCUMENT, "23456")
    rack.configure()
    rack.appliance.hang_up()
    wait_until("mended and told by SIGHUP, it builds the switch", lambda: rack.hosts["router"].ping(SELF))
    check("the fault is gone", not faults(rack), faults(rack))


def lab_an_invalid_document_at_reload_leaves_what_runs_as_it_is(lab):
    rack = Rack(lab, "router")
    rack.start(peer(ROUTER, 64512, 64513))
    before = rack.appliance.objects()
    rack.configure(BAD_PEER, pool("10.126.77.200-10.126.77.220"))
    error = refusal(rack.appliance.bus, "Reload")
    check("the call says what is wrong", DOCUMENT in error.message and "23456" in error.message, error)
    check_fault_is_shown(rack, DOCUMENT, "23456")
    after = rack.appliance.objects()
    for interface in ("BGPPeer", "ExternalVirtualSwitch", "IPAddressPool"):
        name = f"org.portreeve.Portreeve1.{interface}"
        keys = [{path: sorted(shown[name]) for path, shown in objects.items() if name in shown}
                for objects in (before, after)]
        check(f"every {interface} is as it was", keys[0] == keys[1], keys)
    check("the peer has its number", rack.peer(ROUTER)["PeerAsn"] == 64512)
    # SIGHUP reads the same fault; and survives it.
    rack.appliance.hang_up()
    check("the switch works", rack.hosts["router"].ping(SELF))
    check("the fault stays shown", faults(rack))


def lab_what_is_set_by_hand_lies_over_the_documents_and_survives_a_restart(lab):
    rack = Rack(lab, "router")
    rack.start(peer(ROUTER, 64512, 64513))
    check("what a document says is of Dsc", rack.peer(ROUTER)["ConfigurationSource"] == "Dsc" and
          rack.switch()["ConfigurationSource"] == "Dsc")

    rack.appliance.shell(f"Set-HcsBGPPeer -PeerAddress {ROUTER} -PeerAsn 64515 -SelfAsn 64513 -SwitchName vSwitch1\n")
    shown = rack.peer(ROUTER)
    check("what a cmdlet says is of User", (shown["PeerAsn"], shown["ConfigurationSource"]) == (64515, "User"), shown)
    rack.appliance.kill()
    rack.appliance.start()
    shown = rack.peer(ROUTER)
    check("also after kill -9", (shown["PeerAsn"], shown["ConfigurationSource"]) == (64515, "User"), shown)

    rack.appliance.shell(f"Remove-HcsBGPPeer -PeerAddress {ROUTER} -SwitchName vSwitch1\n")
    check("removing it hides the document's too", not rack.peer(ROUTER), rack.peer(ROUTER))
    user = (rack.appliance.state / "user.xml").read_text(encoding="utf-8")
    check("which the user layer says in a document's words", 'Ensure="Absent"' in user and ROUTER in user, user)
    rack.appliance.restart()
    rack.appliance.bus("Reload")
    check("it stays hidden", not rack.peer(ROUTER), rack.peer(ROUTER))
    rack.appliance.bus("SetBGPPeer", "a{sv}", {"PeerAddress": ("s", ROUTER), "PeerAsn": ("u", 64512),
                                               "SelfAsn": ("u", 64513), "SwitchName": ("s", "vSwitch1")})
    check("until it is set again", rack.peer(ROUTER)["PeerAsn"] == 64512, rack.peer(ROUTER))


def lab_apply_replaces_the_user_layer_as_a_job(lab):
    rack = Rack(lab)
    rack.start()
    bus = rack.appliance.bus
    rack.appliance.connection.subscribe("type='signal',member='Finished'")

    def apply(*resources):
        job = bus("Apply", "sa{sv}", document(*resources), {})
        check("the job says that it is done", rack.appliance.connection.signal("Finished").arguments == ["Done"])
        return rack.appliance.properties(job, "org.portreeve.Portreeve1.Job")

    first = apply(pool("10.126.77.200-10.126.77.220"), peer(ROUTER, 64512, 64513))
    check("it ended well", (first["State"], first["Result"]) == ("Finished", "Done"), first)
    check("the peer is there", rack.peer(ROUTER)["ConfigurationSource"] == "User", rack.peer(ROUTER))
    error = refusal(bus, "Apply", "sa{sv}", document(BAD_PEER), {})
    check("a bad one is refused with its fault", "23456" in error.message, error)
    found = bus("Validate", "s", document(BAD_PEER))
    check("as Validate shows it", len(found) == 1 and found[0][1] == 3 and "23456" in found[0][4], found)
    check("and changes nothing", rack.peer(ROUTER)["PeerAsn"] == 64512)
    apply(pool("10.126.77.200-10.126.77.220"))
    check("what the new one does not say is gone", not rack.peer(ROUTER), rack.peer(ROUTER))
    check("but for the documents' own", rack.switch()["ConfigurationSource"] == "Dsc")
    rack.appliance.restart()
    check("it is stored", list(rack.appliance.of_interface("IPAddressPool").values())[0]["Name"] == "compute")


def lab_odd_things_in_the_drop_directory_are_named_and_do_no_harm(lab):
    rack = Rack(lab, "router")
    rack.configure()
    # Root reads everything, unless it gives up the right to.
    rack.appliance.start(wrapper=["setpriv", "--bounding-set", "-dac_override,-dac_read_search"])
    highest = memory_peak(rack.appliance.process.pid)
    odd = rack.appliance.drop_ins / "60-odd.xml"
    for what, make, words in ODD_THINGS:
        make(odd)
        error = refusal(rack.appliance.bus, "Reload")
        check(f"{what} is refused, named, with the reason", odd.name in error.message and
              re.search(words, error.message, re.IGNORECASE), error)
        check(f"{what} is a fault", any(fault[0].endswith(odd.name) for fault in faults(rack)), faults(rack))
        check(f"with {what} the switch works on", rack.hosts["router"].ping(SELF))
        remove(odd)
        rack.appliance.bus("Reload")
        check(f"without {what} all is well", not faults(rack), faults(rack))
    grown = memory_peak(rack.appliance.process.pid) - highest
    check("none of them was read into memory", grown < 32 * 1024, f"{grown} KiB")
    # What does not end in .xml is no document.
    (rack.appliance.drop_ins / "60-odd.xml.bak").write_text("not a document", encoding="utf-8")
    (rack.appliance.drop_ins / "README").mkdir()
    rack.appliance.bus("Reload")
    check("other files are passed over", not faults(rack), faults(rack))


def make_unreadable(path):
    path.write_text(document(), encoding="utf-8")
    path.chmod(0)


def make_large(path):
    with open(path, "wb") as file:
        file.truncate(100 << 20)


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def remove(path):
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()


ODD_THINGS = (
    ("a directory", lambda path: path.mkdir(), "director"),
    ("a dangling link", lambda path: path.symlink_to("nowhere"), "does not exist"),
    ("a link to itself", lambda path: path.symlink_to(path.name), "symbolic link|loop|does not exist"),
    ("a file that may not be read", make_unreadable, "permission denied"),
    ("100 MB of nothing", make_large, "16 ?MiB|16777216|too large"),
    ("a pipe", lambda path: os.mkfifo(path), "not a (regular )?file"),
    ("a socket", make_socket, "not a (regular )?file|no such device"),
    ("an empty file", lambda path: path.touch(), "empty|no .*element|Configuration"),
)


def memory_peak(pid):
    """The most resident memory so far, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM:")))


def lab_the_network_does_not_wait_for_the_bus(lab):
    rack = Rack(lab, "router", with_bus=False)
    rack.start(pool("10.126.77.200-10.126.77.220"), service("default/web"))
    appliance = rack.appliance
    wait_until("the switch works without a bus", lambda: rack.hosts["router"].ping(SELF))
    before = resident_memory(appliance.process.pid)

    for round_number in range(3):
        appliance.private_bus.start()
        appliance.forget_connection()
        wait_until("the appliance is on the bus that came", appliance.has_name, 10)
        check("and answers", rack.switch()["Status"] == "Up", rack.switch())
        given = appliance.allocate(f"default/{round_number}", PoolName="compute")
        check("and works", given == [f"10.126.77.{201 + round_number}"], given)
        appliance.private_bus.stop()
        check("the network outlives the bus", rack.hosts["router"].ping(SELF))
    check("the daemon lives", appliance.process.running())
    grown = resident_memory(appliance.process.pid) - before
    check("and keeps nothing of the buses that went", grown < 4096, f"{grown} KiB")


def lab_who_may_not_change_things_can_read_them(lab):
    rack = Rack(lab)
    rack.start(pool("10.126.77.200-10.126.77.220"))
    words = ["busctl", f"--address={rack.appliance.private_bus.address}", "call", "org.portreeve.Portreeve1",
             "/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager"]
    lab.directory.chmod(0o755)
    nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    read = rack.namespace.run(*nobody, *words, "ListServices", "su", "", 10)
    check("nobody may read", "a(sa{sv})" in read.stdout, read.stdout)
    denied = rack.namespace.run(*nobody, *words, "AllocateService", "sa{sv}", "default/web", 0, expect=None)
    check("but not change", denied.returncode != 0 and re.search("denied|not allowed", denied.stderr, re.IGNORECASE),
          denied.stderr)
    check("and nothing was changed", rack.appliance.bus("ListServices", "su", "", 10) is None or
          not rack.appliance.bus("ListServices", "su", "", 10))


def lab_documents_are_merged_and_what_goes_with_its_document_goes_alone(lab):
    rack = Rack(lab, "router")
    here = rack.namespace
    lab.connect(here, "eth2", rack.hosts["router"], "eth2")
    rack.appliance.write_drop_in("10-one.xml", document(switch(address=f"{SELF}/24")))
    rack.appliance.write_drop_in("20-two.xml", document(switch("vSwitch2", "Port3", "eth2", "10.1.0.1/24")))
    rack.appliance.start()
    check("both switches stand", {"vSwitch1", "vSwitch2"} <= set(here.links()))
    index = here.links()["vSwitch1"]["ifindex"]

    rack.appliance.write_drop_in("30-large.xml", document(
        switch(address=f"{SELF}/24").replace('Name="vSwitch1"', 'Name="vSwitch1" Mtu="1400"')))
    rack.appliance.remove_drop_in("20-two.xml")
    rack.appliance.bus("Reload")
    check("the one whose document went is gone", "vSwitch2" not in here.links())
    check("the other has what a later document adds", here.links()["vSwitch1"]["mtu"] == 1400)
    rack.appliance.remove_drop_in("30-large.xml")
    rack.appliance.bus("Reload")
    check("until that goes", here.links()["vSwitch1"]["mtu"] == 1500)
    check("it was the same switch all the time", here.links()["vSwitch1"]["ifindex"] == index)
    check("and works", rack.hosts["router"].ping(SELF))
