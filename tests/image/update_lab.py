"""The other slot: a good image stays, a bad one does not."""
import subprocess
import tarfile

from appliance import document, switch
from guest import IMAGE, ROOT_SHELL, Site, large_files
from harness import check, limit, soak

DROP_IN = {"50-edge.xml": document(switch(interface="eth0", address="10.126.77.11/24"))}
BOOTS_SECONDS = 600
IN_SLOT_B = "grep -q PARTLABEL=portreeve-b /proc/cmdline && systemctl start efi.mount && "
MEMBERS = ["version", "cmdline", "vmlinuz", "initrd", "root.squashfs"]


def make_update(directory, name, change=None):
    """An update of the image as it is, under another version; change(tree) may change its root file system."""
    parts = directory / name
    parts.mkdir()
    with tarfile.open(IMAGE / "portreeve.update") as update:
        update.extractall(parts)
    (parts / "version").write_text(f"{name}\n", encoding="ascii")
    (parts / "cmdline").write_text((parts / "cmdline").read_text().strip() + f" {ROOT_SHELL}\n", encoding="ascii")
    if change:
        root, tree = parts / "root.squashfs", parts / "tree"
        _run("unsquashfs", "-q", "-n", "-d", tree, root)
        change(tree)
        root.unlink()
        _run("mksquashfs", tree, root, "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", 1)
    (parts / "sums").write_bytes(_run("sha256sum", *MEMBERS, cwd=parts))
    file = directory / f"{name}.update"
    _run("tar", "-C", parts, "-cf", file, "sums", *MEMBERS)
    return file


def without_portreeve(tree):
    program = tree / "usr/sbin/portreeve"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")


def kept(number):
    return f"ls /efi/loader/entries/portreeve-{number}.conf"


def tried(number):
    return f"ls /efi/loader/entries/portreeve-{number}+0-1.conf"


def _run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, **options).stdout


@soak
@limit(1800)
def lab_a_good_update_stays_and_a_bad_one_is_taken_back(lab):
    site = Site(lab, "a")
    guest = site.guests["a"]
    directory = large_files(lab)
    good, bad = make_update(directory, "good"), make_update(directory, "bad", without_portreeve)

    guest.start(documents=DROP_IN, update=good, firmware=True, wait=False)
    guest.wait_for("the new image runs in the other slot, and is kept", IN_SLOT_B + kept(2), BOOTS_SECONDS)
    guest.wait_ready()
    guest.shell("Set-HcsBGPPeer -PeerAddress 10.126.77.101 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1")
    guest.stop()
    check("both images can be started", guest.boot_entries() == ["portreeve-1.conf", "portreeve-2.conf"],
          guest.boot_entries())

    guest.start(documents=DROP_IN, update=bad, firmware=True, wait=False)
    guest.wait_for("the bad image was tried once, and the good one runs again", IN_SLOT_B + tried(3), BOOTS_SECONDS)
    guest.wait_ready()
    check("what was set is still there", "10.126.77.101" in guest.shell("Get-HcsBGPPeers -SwitchName vSwitch1"))
    guest.stop()
    check("the good one is what starts", guest.boot_entries() == ["portreeve-2.conf", "portreeve-3+0-1.conf"],
          guest.boot_entries())
