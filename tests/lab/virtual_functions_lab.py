"""Virtual functions (SR-IOV), as far as a machine without them can show: that a port which can have none refuses them
clearly and nothing is changed, and that root's script does what is asked, and no more, on files in the kernel's form."""
import subprocess

from appliance import document, switch
from harness import TREE, check
from rack import Rack, SELF

REFUSAL = ("port Port2 (eth1), driver veth: has no SR-IOV (sriov_totalvfs is absent or 0); set EnableIov to false, or "
           "enable SR-IOV in the machine's firmware set-up")
SCRIPT = TREE / "image/root/usr/lib/portreeve/virtual-functions"


def lab_a_port_without_virtual_functions_refuses_them_and_nothing_changes(lab):
    rack = Rack(lab)
    rack.start()
    shell, here = rack.appliance.shell, rack.namespace

    def stands():
        return here.addresses("vSwitch1"), [(link["ifindex"], link["ifname"], link.get("master"), link["flags"])
                                            for link in here.links().values()]

    before = stands()

    refused = shell("Set-HcsExternalVirtualSwitch vSwitch1 -EnableIov $true", expect=None)
    check("the cmdlet says why, and what to do", REFUSAL in " ".join(refused.stderr.split()), refused.stderr)
    file = lab.directory / "iov.xml"
    file.write_text(document(switch(address=f"{SELF}/24")).replace(
        'Name="vSwitch1"', 'Name="vSwitch1" EnableIov="true" VirtualFunctions="4"'), encoding="utf-8")
    for how in ("-WhatIf", ""):
        refused = shell(f"Start-DscConfiguration {file} {how}", expect=None)
        check(f"so does a document {how}", REFUSAL in " ".join(refused.stderr.split()), refused.stderr)
    check("nothing changed", stands() == before, stands())
    check("all is as it was", shell("Test-DscConfiguration") == "True\n")

    rack.change()
    rack.appliance.write_drop_in("50-lab.xml", file.read_text(encoding="utf-8"))
    rack.appliance.bus("Reload", seconds=60)
    shown = rack.switch()
    check("a drop-in's stands in the status", shown["Status"] == "Failed" and REFUSAL in shown["StatusText"], shown)
    check("and the switch goes on", stands() == before, stands())


def lab_the_script_of_root_makes_what_is_asked_and_no_more(lab):
    requests, outcomes, links = (lab.directory / name for name in ("requests", "outcomes", "links"))
    device = links / "eth1/device"
    for directory in (requests, outcomes, device):
        directory.mkdir(parents=True)

    def put(number, probed="1", total="8"):
        for name, value in (("sriov_numvfs", number), ("sriov_drivers_autoprobe", probed), ("sriov_totalvfs", total)):
            (device / name).write_text(f"{value}\n", encoding="utf-8")

    def outcome_of(interface, request):
        if request is not None:
            (requests / interface).write_text(request, encoding="utf-8")
        subprocess.run([SCRIPT, requests, outcomes, links], check=True, capture_output=True)
        check(f"the request for {interface} is answered", not list(requests.iterdir()))
        return (outcomes / interface).read_text(encoding="utf-8")

    def files():
        return [(device / name).read_text(encoding="utf-8").strip() for name in ("sriov_numvfs", "sriov_drivers_autoprobe")]

    put(0)
    check("as many as asked are made", outcome_of("eth1", "4 0\n") == "4\n" and files() == ["4", "0"], files())
    check("and removed", outcome_of("eth1", "0 1\n") == "0\n" and files() == ["0", "1"], files())

    put(2)
    for what, request, says in (
            ("more than there can be", "9 1\n", "eth1 can have 8 virtual functions, not 9"),
            ("no number", "four 1\n", "the request is no number"),
            ("a number that bash would reckon with", "a[$(reboot)] 1\n", "the request is no number"),
            ("an octal number", "010 1\n", "the request is no number"),
            ("nothing", "", "the request is no number"),
            ("half of it", "4", "the request is no number")):
        outcome = outcome_of("eth1", request)
        check(f"{what}: refused", outcome == f"0\n{says}\n" and files() == ["2", "1"], outcome)
    (requests / "eth1").symlink_to(device / "sriov_totalvfs")
    check("a link: refused", outcome_of("eth1", None) == "0\nthe request is no plain file\n")
    (requests / "eth1").mkdir()
    check("a directory: refused", outcome_of("eth1", None) == "0\nthe request is no plain file\n")
    check("a name that no interface has: refused", outcome_of("eth1 2", "1 1\n") == "0\nno interface has such a name\n")
    check("an interface without them: refused", outcome_of("lo", "1 1\n") == "0\nlo can have 0 virtual functions, not 1\n")
    check("nothing was written", files() == ["2", "1"], files())

    (device / "sriov_numvfs").unlink()
    (device / "sriov_numvfs").mkdir()
    outcome = outcome_of("eth1", "4 1\n")
    check("the kernel's reason is told", outcome == f"0\ncannot write 4 to {device}/sriov_numvfs: Is a directory\n", outcome)
