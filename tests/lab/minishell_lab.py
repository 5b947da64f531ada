"""The minishell with a real daemon: the recorded session, errors, who may do what, and a bus that comes when it likes."""
import os
import pty
import re
import select
import shutil
import subprocess
import time

from appliance import MANAGER, NAME, PATH, document
from bus import BusError
from harness import LabFailure, PROGRAM, check, wait_until
from rack import Rack

NOBODY = 65534
OPERATORS = 64242  # of a group file that the lab makes

SWITCHES = document(
    '<Port Name="Port2" Interface="eth1"/>', '<Port Name="Port3" Interface="eth2"/>',
    '<ExternalVirtualSwitch Name="vSwitch1" EnabledForMgmt="true" EnableEmbeddedTeaming="true">'
    "<InterfaceAlias>Port2</InterfaceAlias><IPAddress>10.126.77.10/24</IPAddress></ExternalVirtualSwitch>",
    '<ExternalVirtualSwitch Name="vSwitch2" EnabledForStorage="true" EnableEmbeddedTeaming="true">'
    "<InterfaceAlias>Port3</InterfaceAlias></ExternalVirtualSwitch>")

SESSION = """\
Get-HcsExternalVirtualSwitch
Set-HcsBGPPeer -PeerAddress 10.126.77.125 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1 -HoldTimeInSeconds 15
Get-HcsBGPPeers -SwitchName vSwitch1
Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1
Get-HcsBGPPeers -SwitchName vSwitch1
"""

# As recorded; the second switch with one port for now, and GUID where the value is the machine's own.
RECORDED = """
Name                          : vSwitch1
InterfaceAlias                : {Port2}
EnableIov                     : False
MacAddressPools               :
IPAddressPools                : {}
BGPPeers                      :
ConfigurationSource           : Dsc
EnabledForCompute             : False
EnabledForStorage             : False
EnabledForMgmt                : True
SupportsAcceleratedNetworking : False
DbeDhcpHostVnicName           : GUID
VirtualNetworks               : {}
EnableEmbeddedTeaming         : True
Vnics                         : {}
Type                          : External

Name                          : vSwitch2
InterfaceAlias                : {Port3}
EnableIov                     : False
MacAddressPools               :
IPAddressPools                : {}
BGPPeers                      :
ConfigurationSource           : Dsc
EnabledForCompute             : False
EnabledForStorage             : True
EnabledForMgmt                : False
SupportsAcceleratedNetworking : False
DbeDhcpHostVnicName           : GUID
VirtualNetworks               : {}
EnableEmbeddedTeaming         : True
Vnics                         : {}
Type                          : External


PeerAddress   PeerAsn SelfAsn HoldTime
-----------   ------- ------- --------
10.126.77.125 64512   64513         15

"""

SET_PEER = "Set-HcsBGPPeer -PeerAddress {} -PeerAsn {} -SelfAsn 64513 -SwitchName {} -HoldTimeInSeconds {}"


def two_switches(lab, with_bus=True):
    """A rack whose appliance has the two switches of the recorded session, not started."""
    rack = Rack(lab, "router", with_bus=with_bus)
    lab.connect(rack.namespace, "eth2", lab.namespace("storage"), "eth0")
    rack.appliance.write_drop_in("50-lab.xml", SWITCHES)
    return rack


def started(lab):
    rack = two_switches(lab)
    rack.appliance.start()
    return rack


def lab_the_recorded_session_is_answered_byte_for_byte(lab):
    rack = started(lab)
    output = rack.appliance.shell(SESSION)
    guid = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    check("the output is the recorded one", re.sub(guid, "GUID", output) == RECORDED, output)
    first = re.findall(guid, output)
    check("each switch has a name of its own", len(set(first)) == 2, first)
    rack.appliance.restart()
    check("which it keeps", re.findall(guid, rack.appliance.shell("Get-HcsExternalVirtualSwitch")) == first)


def lab_a_peer_that_is_set_is_shown_with_its_switch_and_where_it_came_from(lab):
    shell = started(lab).appliance.shell
    shell(SET_PEER.format("10.126.77.125", 64512, "vSwitch1", 15))
    check("the switch shows it", "BGPPeers                      : {10.126.77.125}\n" in
          shell("Get-HcsExternalVirtualSwitch vSwitch1"))
    wide = shell("Get-HcsBGPPeers vSwitch1 | Format-List")
    check("its source is the user", re.search(r"^ConfigurationSource +: User$", wide, re.MULTILINE), wide)
    check("as JSON too", '"PeerAsn": "64512"' in shell("Get-HcsBGPPeers vSwitch1 | ConvertTo-Json"))


def lab_errors_are_powershells_and_name_what_is_allowed(lab):
    rack = started(lab)
    rows = [
        (SET_PEER.format("10.126.77.125", 65536, "vSwitch1", 15),
         r"Set-HcsBGPPeer : Cannot validate argument on parameter 'PeerAsn'\. The value 65536 is not allowed: "
         r"1-65534 \(without 23456\) or 131072-4294967294, external, internal\.\n", "InvalidData"),
        (SET_PEER.format("10.126.77.125", 64512, "vSwitch1", 2),
         r"Cannot validate argument on parameter 'HoldTimeInSeconds'\. The value 2 is not allowed: 0 or 3-65535\.\n",
         "InvalidData"),
        (SET_PEER.format("10.126.77.125", 64512, "vSwitch9", 15), r"vSwitch9", "InvalidArgument"),
        # Our own address.
        (SET_PEER.format("10.126.77.10", 64512, "vSwitch1", 15), r"10\.126\.77\.10", "InvalidArgument"),
        (SET_PEER.format("127.0.0.1", 64512, "vSwitch1", 15), r"127\.0\.0\.1", "InvalidArgument"),
        ("Remove-HcsBGPPeer -PeerAddress 10.126.77.99 -SwitchName vSwitch1", r"10\.126\.77\.99", "ObjectNotFound"),
        ("Get-HcsBGPPeers -SwitchName vSwitch9", r"There is no virtual switch 'vSwitch9'\.", "ObjectNotFound"),
        ("Get-Foo", r"Get-Foo : The term 'Get-Foo' is not recognized as the name of a cmdlet", "ObjectNotFound"),
    ]
    for cmdlet, words, category in rows:
        result = rack.appliance.shell(cmdlet, expect=None)
        seen = (cmdlet, result.returncode, result.stdout, result.stderr)
        check("the exit status is 1", result.returncode == 1, seen)
        check("nothing is printed but the error", result.stdout == "", seen)
        check("the error has these words", re.search(words, result.stderr), seen)
        check("and PowerShell's two lines", re.search(
            rf"\n    \+ CategoryInfo          : {category}: \(.*\) \[.*\], \w+\n"
            r"    \+ FullyQualifiedErrorId : \w+(,[\w-]+)?\n$", result.stderr), seen)
    check("none of them left anything", rack.appliance.shell("Get-HcsBGPPeers vSwitch1") == "")


def lab_an_error_does_not_stop_what_follows(lab):
    result = started(lab).appliance.shell("Get-Foo\nGet-HcsPort Port2\n", expect=None)
    check("the next cmdlet ran", "\nPort2 eth1" in result.stdout, result.stdout)
    check("the exit status is 1", result.returncode == 1, result.returncode)


def minishell_as(rack, user, groups, text):
    """The minishell of another user, as a login shell is called; the ended process."""
    directory = rack.lab.directory / "bin"
    directory.mkdir(exist_ok=True)
    program = directory / "minishell"
    if not program.exists():
        shutil.copy(PROGRAM, program)  # the tree may lie where other users cannot go
        program.chmod(0o755)
    return subprocess.run(["-minishell", "--bus", rack.appliance.private_bus.address, "-c", text], executable=program,
                          capture_output=True, text=True, timeout=30, check=False, user=user, group=user,
                          extra_groups=groups)


def lab_reading_is_open_and_changing_is_for_root_and_the_operators(lab):
    rack = two_switches(lab)
    # A group file of the lab's own, seen by the daemon and the bus alone.
    group_file = lab.directory / "group"
    shutil.copy("/etc/group", group_file)
    with open(group_file, "a", encoding="utf-8") as file:
        file.write(f"portreeve:x:{OPERATORS}:\n")
    rack.appliance.start(wrapper=["unshare", "--mount", "sh", "-c",
                                  f'mount --bind {group_file} /etc/group && exec "$@"', "sh"])
    change = SET_PEER.format("10.126.77.125", 64512, "vSwitch1", 15)

    result = minishell_as(rack, NOBODY, [], "Get-HcsExternalVirtualSwitch; Get-HcsPort; Get-HcsService")
    check("anybody may read", result.returncode == 0 and "vSwitch2" in result.stdout, (result.stdout, result.stderr))
    for groups in ([], [OPERATORS + 1]):
        result = minishell_as(rack, NOBODY, groups, change)
        check("nobody may change", result.returncode == 1 and "Access is denied" in result.stderr and
              "PermissionDenied" in result.stderr, (groups, result.stdout, result.stderr))
    check("nothing changed", rack.appliance.shell("Get-HcsBGPPeers vSwitch1") == "")


def lab_the_operators_group_may_change_on_a_bus_that_lets_everything_through(lab):
    rack = two_switches(lab)
    everything = lab.directory / "everything.conf"
    everything.write_text('<busconfig><policy context="default"><allow own="*"/><allow send_destination="*"/>'
                          "</policy></busconfig>", encoding="utf-8")
    bus = rack.appliance.private_bus
    bus.stop()
    bus.configuration.write_text(re.sub(r"(<include[^>]*>)[^<]*", rf"\g<1>{everything}",
                                        bus.configuration.read_text(encoding="utf-8")), encoding="utf-8")
    bus.start()
    group_file = lab.directory / "group"
    group_file.write_text(f"root:x:0:\nportreeve:x:{OPERATORS}:\n", encoding="utf-8")
    rack.appliance.start(wrapper=["unshare", "--mount", "sh", "-c",
                                  f'mount --bind {group_file} /etc/group && exec "$@"', "sh"])
    change = SET_PEER.format("10.126.77.125", 64512, "vSwitch1", 15)

    result = minishell_as(rack, NOBODY, [OPERATORS + 1], change)
    check("the daemon refuses others by itself", result.returncode == 1 and "Access is denied" in result.stderr,
          (result.stdout, result.stderr))
    result = minishell_as(rack, NOBODY, [OPERATORS], change)
    check("a member of the group may change", result.returncode == 0, (result.stdout, result.stderr))
    check("and did", "10.126.77.125" in rack.appliance.shell("Get-HcsBGPPeers vSwitch1"))


def lab_every_method_has_argument_names_and_every_property_its_type(lab):
    appliance = started(lab).appliance
    xml = appliance.bus("Introspect", interface="org.freedesktop.DBus.Introspectable")
    manager = re.search(rf'<interface name="{MANAGER}">(.*?)</interface>', xml, re.S)[1]
    arguments = re.findall(r"<arg [^>]*>", manager)
    check("every argument has a name", arguments and all('name="' in argument for argument in arguments), arguments)
    for kind in ("Port", "ExternalVirtualSwitch"):
        check(f"there are objects of {kind}", appliance.of_interface(kind))


def lab_a_bus_that_comes_later_and_returns_is_used(lab):
    rack = two_switches(lab, with_bus=False)
    appliance = rack.appliance
    appliance.start()
    bus = appliance.private_bus
    for time_of_it in ("first", "second", "third"):
        result = appliance.shell("Get-HcsPort", expect=None)
        check("without the bus the minishell says so", result.returncode == 1 and
              "The Portreeve service does not answer" in result.stderr, result.stderr)
        bus.start()
        appliance.forget_connection()
        wait_until(f"the appliance is on the bus for the {time_of_it} time", appliance.has_name, 10)
        check("all is shown", re.sub(r": \S+-\S+-\S+-\S+-\S+\n", ": GUID\n", appliance.shell(SESSION)) == RECORDED)
        bus.stop()
        time.sleep(0.2)
    check("the appliance lives", appliance.process.running())


class Typist:
    """A person at a terminal of the minishell."""

    def __init__(self, rack):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen([str(PROGRAM), "shell", "--bus", rack.appliance.private_bus.address],
                                        stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.shown = ""

    def type(self, keys):
        os.write(self.master, keys.encode())

    def sees(self, words, seconds=10.0):
        """Waits for the words; what was shown up to and with them is then gone."""
        end = time.monotonic() + seconds
        while words not in self.shown:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise LabFailure(f"the terminal does not show {words!r}: {self.shown!r}")
            self.shown += os.read(self.master, 4096).decode(errors="replace")
        self.shown = self.shown.split(words, 1)[1]


def lab_at_a_terminal_lines_are_edited_completed_and_remembered(lab):
    typist = Typist(started(lab))
    typist.sees("PS>")
    typist.type("get-hcsext\t-n\tvs\t")
    typist.sees("PS>Get-HcsExternalVirtualSwitch -Name vSwitch")
    typist.type("9\r")
    typist.sees("There is no virtual switch 'vSwitch9'.")
    typist.sees("PS>")
    typist.type("\x1b[A\x7f1\r")  # the line before, its last character replaced
    typist.sees("vSwitch1")
    typist.sees("PS>")
    typist.type("nonsense\x03")
    typist.sees("^C")
    typist.type("Get-HcsPort Port3\r")
    typist.sees("Port3 eth2")
    typist.type("exit\r")
    check("it ends, with 1 for the error before", typist.process.wait(10) == 1)


def lab_faults_of_documents_are_shown_until_they_are_mended(lab):
    rack = started(lab)
    rack.appliance.write_drop_in("60-bad.xml", document('<Port Name="Port2"/>', '<Nonsense Name="x"/>'))
    try:
        rack.appliance.bus("Reload")
    except BusError as error:
        check("the error is ours", error.name.startswith(f"{NAME}.Error."), error)
    result = rack.appliance.shell("Get-HcsConfigurationFault | Format-Table File,Line,Column", expect=None)
    check("the minishell warns", re.search(r"WARNING: \S*60-bad\.xml:\d+:\d+: ", result.stderr), result.stderr)
    check("and tells", re.search(r"60-bad\.xml +\d+ +\d+\n", result.stdout), result.stdout)
    rack.appliance.remove_drop_in("60-bad.xml")
    rack.appliance.bus("Reload", path=PATH)
    result = rack.appliance.shell("Get-HcsConfigurationFault", expect=None)
    check("mended, nothing is said", (result.stdout, result.stderr, result.returncode) == ("", "", 0), result)
