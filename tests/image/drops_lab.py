"""Where an appliance that boots takes its documents from."""
import subprocess

from appliance import document, pool, switch
from guest import Site, partitions
from harness import check, limit, soak, wait_until

SETUP = "192.168.100.10"
BAD = """<Configuration xmlns="urn:portreeve:dsc:1" Name="bad">
  <Prot Name="Port9" Interface="eth9"/>
</Configuration>
"""


def write_to_data(guest, name, text):
    """A document into dsc.d of the data partition, while the guest is off."""
    start = next(part["start"] for part in partitions(guest.disk) if part["name"] == "portreeve-data")
    file = guest.directory / name
    file.write_text(text, encoding="utf-8")
    subprocess.run(["debugfs", "-w", "-R", f"write {file} dsc.d/{name}", f"{guest.disk}?offset={start * 512}"],
                   check=True, capture_output=True)


@soak
@limit(400)
def lab_documents_come_from_set_up_data_stick_and_credential(lab):
    site = Site(lab, "a")
    guest = site.guests["a"]
    site.router.address("eth0", "192.168.100.2/24")

    guest.start()
    wait_until("without a document Port1 answers at the address for set-up", lambda: site.router.ping(SETUP), 20)
    machine = guest.root.run("cat /etc/machine-id")
    guest.stop()

    write_to_data(guest, "20-data.xml", document(switch("Data", interface="eth0", address="10.126.77.21/24")))
    stick = {"30-stick.xml": document(pool("10.126.77.100-10.126.77.109", "kept", "Data"),
                                      pool("10.126.77.110-10.126.77.119", "taken", "Data")),
             "40-bad.xml": BAD, "50-large.xml": BAD + " " * (1 << 20)}
    credential = guest.directory / "credential.xml"
    credential.write_text(document('<IPAddressPool Name="taken" Ensure="Absent"/>'), encoding="utf-8")
    guest.start("--credential", credential, documents=stick)
    wait_until("the document of the data partition is in force", lambda: site.router.ping("10.126.77.21"), 20)
    check("that for set-up is not", not site.router.ping(SETUP))
    shown = guest.shell("Get-DscConfiguration")
    check("that of the stick is", '"kept"' in shown, shown)
    check("but for what the credential takes away", '"taken"' not in shown, shown)
    drops = guest.journal("portreeve-drops.service")
    check("a bad document is put aside, with its place", "put aside: /run/portreeve/stick.d/40-bad.xml:2:3: " in drops,
          drops)
    check("a document that is too large is not read", "50-large.xml has more than" in drops, drops)
    check("the machine is the same", guest.root.run("cat /etc/machine-id") == machine)
    check("no document was refused", "True" in guest.shell("Test-DscConfiguration"))
    guest.stop()

    guest.start("--fw-cfg", credential)
    check("a credential comes by fw_cfg too", "Absent" in guest.root.run(
        "cat /run/credentials/portreeve.service/portreeve.dsc"))
    check("the root file system cannot be written", "Read-only" in guest.root.run("touch /usr/x 2>&1", expect=1))
