"""The cmdlets for configurations with a real daemon: a document is tried, applied, tested, compared, taken back, and
kept when it is confirmed."""
import re

from appliance import document, peer, pool
from harness import check, wait_until
from rack import Rack

POOL = pool("10.126.77.200-10.126.77.220")
ROUTER = "10.126.77.125"


def started(lab):
    rack = Rack(lab)
    rack.start()
    return rack


def file_of(lab, *resources, name="edge.xml"):
    file = lab.directory / name
    file.write_text(document(*resources), encoding="utf-8")
    return file


def pools(rack):
    return list(rack.appliance.of_interface("IPAddressPool"))


def status(rack, property_name):
    """A property as Get-DscConfigurationStatus shows it."""
    shown = rack.appliance.shell("Get-DscConfigurationStatus")
    return re.search(rf"^{property_name} *: ?(.*)$", shown, re.MULTILINE)[1]


def history(rack):
    """[(source, author, outcome)], newest first; of ConvertTo-Json, because a column may be blank."""
    shown = rack.appliance.shell("Get-DscConfigurationStatus -All | ConvertTo-Json -Compress")
    return re.findall(r'"Source":"(\w+)","Author":"(\w*)","Uid":\w+,"Outcome":"(\w+)"', shown)


def lab_a_document_is_tried_applied_compared_and_taken_back(lab):
    rack = started(lab)
    shell = rack.appliance.shell
    file = file_of(lab, POOL)
    check("all is as it shall be", shell("Test-DscConfiguration") == "True\n")
    check("the document is not", shell(f"Test-DscConfiguration {file}") == "False\n")
    shown = shell(f"Start-DscConfiguration {file} -WhatIf")
    check("what it would do is shown", re.fullmatch(r"(What if: .*\n)+", shown) and "compute" in shown, shown)
    check("and not done", not pools(rack), pools(rack))

    shown = shell(f"Start-DscConfiguration {file}")
    check("it is applied", re.search(r"^State  : Finished\nResult : Done$", shown, re.MULTILINE), shown)
    check("what it says is there", len(pools(rack)) == 1, pools(rack))
    check("it is as the document says", shell(f"Test-DscConfiguration {file}; Test-DscConfiguration") == "True\nTrue\n")
    check("there is nothing to do", shell(f"Start-DscConfiguration {file} -WhatIf") == "")
    shown = shell("Compare-DscConfiguration")
    check("the difference is the pool", re.search(r"^\[IPAddressPool\]compute +Addresses +10\.126\.77\.200-", shown,
                                                 re.MULTILINE), shown)

    shown = shell("Restore-DscConfiguration")
    check("it is taken back", "Result : Done" in shown and not pools(rack), (shown, pools(rack)))
    check("the history tells", history(rack)[:2] == [("Restore", "root", "Success"), ("Apply", "root", "Success")],
          history(rack))


def lab_what_stands_is_a_document_that_changes_nothing(lab):
    rack = started(lab)
    file = lab.directory / "stands.xml"
    text = rack.appliance.shell("Get-DscConfiguration")
    file.write_text(text, encoding="utf-8")
    check("it names the switch", 'Name="vSwitch1"' in text, text)
    check("nothing would be done", rack.appliance.shell(f"Start-DscConfiguration {file} -WhatIf") == "")


def lab_what_is_not_confirmed_in_time_is_undone_and_what_is_stays(lab):
    rack = started(lab)
    shell = rack.appliance.shell
    file = file_of(lab, POOL)
    shell(f"Start-DscConfiguration {file} -ConfirmTimeoutInSeconds 4")
    check("it is in force", pools(rack))
    check("and waits", status(rack, "UnconfirmedConfiguration") != "" and status(rack, "ConfirmBefore").endswith("Z"))
    wait_until("without a word it is undone", lambda: not pools(rack))
    wait_until("the history tells", lambda: history(rack)[0] == ("Apply", "root", "RolledBack"))
    check("nothing waits", status(rack, "UnconfirmedConfiguration") == "")

    shell(f"Start-DscConfiguration {file} -ConfirmTimeoutInSeconds 60")
    shell(f"Confirm-DscConfiguration -Id {status(rack, 'UnconfirmedConfiguration')}")
    check("confirmed, nothing waits", status(rack, "UnconfirmedConfiguration") == "")
    check("and the history tells", history(rack)[0] == ("Apply", "root", "Success"), history(rack))
    rack.appliance.restart()
    check("it stays", pools(rack))
    result = shell("Confirm-DscConfiguration", expect=None)
    check("there is nothing to confirm", result.returncode == 1 and "ObjectNotFound" in result.stderr, result.stderr)


def lab_each_fault_of_a_document_is_an_error_with_its_place(lab):
    rack = started(lab)
    file = file_of(lab, peer(ROUTER, 23456, 64513), '<Nonsense Name="x"/>')
    for cmdlet in ("Test-DscConfiguration", "Start-DscConfiguration", "Start-DscConfiguration -WhatIf"):
        result = rack.appliance.shell(f"{cmdlet} {file}", expect=None)
        places = re.findall(rf"^{cmdlet.split()[0]} : {re.escape(str(file))}:(\d+):\d+: error: ", result.stderr,
                            re.MULTILINE)
        check("each has its line", (places, result.stdout, result.returncode) == (["3", "4"], "", 1), result)
