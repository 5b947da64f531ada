"""An appliance that is booted from the image, in QEMU: its ports are taps on a segment of the lab.

    site = Site(lab, "a", "b")               # two appliances and a router on one segment
    site.guests["a"].start(stick=…)

A guest's disk, like its console's log, outlives power_cut() and start(). What a lab asks inside of the guest goes
through the root shell that systemd opens on a console of its own, since the kernel's command line says so: the image
has no other way in than the minishell.
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

from harness import LabFailure, TREE, check, wait_until

IMAGE = pathlib.Path(os.environ.get("PORTREEVE_IMAGE", TREE / "build/image"))
# For what waits for a guest to boot: under emulation, on a machine that does other things too.
BOOT_SECONDS = 120
ROOT_SHELL = "systemd.debug_shell=hvc0"


class RootShell:
    """bash on a console: not on a serial line, where the firmware and the boot menu would take what we type."""

    def __init__(self, path):
        self.path = path
        self.socket = None
        self.number = 0

    def open(self, seconds):
        def answers():
            try:
                self.socket = self.socket or self._connect()
                self.socket.sendall(b"\nstty -echo; export TERM=dumb PAGER=cat; echo rea\"\"dy\n")
                return b"ready" in self._read(1, b"ready")
            except OSError:
                self.socket = None
                return False
        wait_until("the guest has a root shell", answers, seconds, every=0.3)

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def run(self, command, seconds=60.0, expect=0):
        """What a command prints. expect=None: any exit status will do."""
        self.number += 1
        self.start(f"echo beg\"\"in-{self.number}; {{ {command}\n}}; echo en\"\"d-{self.number}-$?-")
        text = self._read(seconds, f"end-{self.number}-".encode()).decode(errors="replace").replace("\r", "")
        found = re.search(rf"begin-{self.number}\n(.*)end-{self.number}-(\d+)-", text, re.DOTALL)
        if not found:
            raise LabFailure(f"the guest did not end {command!r} within {seconds:g} s: {text[-500:]!r}")
        if expect is not None and int(found[2]) != expect:
            raise LabFailure(f"{command!r} in the guest: exit status {found[2]}\n{found[1]}")
        return re.sub(r"\x1b\[\?2004[lh]", "", found[1])

    def start(self, command):
        """Begins a command; lines() has what it prints."""
        self.socket.sendall(command.encode() + b"\n")

    def lines(self, seconds):
        """Lines as they come, for so long."""
        end, buffer = time.monotonic() + seconds, b""
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                octets = self.socket.recv(1 << 16)
            except TimeoutError:
                return
            if not octets:
                return
            *whole, buffer = (buffer + octets).split(b"\n")
            yield from (line.decode(errors="replace").strip("\r") for line in whole)

    def _connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.path))
        return connection

    def _read(self, seconds, marker):
        """Until the line that the marker is in has ended."""
        end, text = time.monotonic() + seconds, b""
        while time.monotonic() < end and not re.search(re.escape(marker) + rb"[^\n]*\n", text):
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                octets = self.socket.recv(1 << 16)
            except TimeoutError:
                break
            if not octets:
                break
            text += octets
        return text


class Guest:
    def __init__(self, lab, segment, name, taps):
        self.lab = lab
        self.segment = segment
        self.name = name
        self.taps = taps
        self.directory = lab.directory / name
        self.directory.mkdir()
        self.disk = large_files(lab) / "disk.img"
        self.console = self.directory / "console"
        self.stick = self.directory / "stick"
        self.root = RootShell(self.directory / "root")
        self.process = None
        lab.at_end(self._keep_journal)

    def start(self, *options, documents=None, keys=None, update=None, firmware=False, wait=True, qemu=()):
        """Boots with a stick that holds the documents {name: text}, keys and update that are given; `qemu` are options
        of its own."""
        command = [TREE / "image/boot.sh", "--image", IMAGE, "--disk", self.disk, "--console", self.console,
                   "--qmp", self.directory / "qmp", "--cpus", 1]
        for tap in self.taps:
            command += ["--nic", f"tap={tap}"]
        if documents or keys or update:
            command += ["--stick", self._write_stick(documents or {}, keys, update)]
        command += ["--firmware"] if firmware else ["--append", ROOT_SHELL]
        self.process = self.segment.start(
            self.name, *command, *options, "--", *qemu, "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=root",
            "-chardev", f"socket,id=root,path={self.root.path},server=on,wait=off")
        if wait:
            self.wait_ready()
        return self

    def _write_stick(self, documents, keys, update):
        shutil.rmtree(self.stick, ignore_errors=True)
        (self.stick / "dsc.d").mkdir(parents=True)
        for name, text in documents.items():
            (self.stick / "dsc.d" / name).write_text(text, encoding="utf-8")
        if keys:
            (self.stick / "authorized_keys").write_text(keys, encoding="utf-8")
        if update:
            (self.stick / "portreeve.update").symlink_to(update)
        return self.stick

    def wait_ready(self, seconds=BOOT_SECONDS):
        """Until Portreeve has said READY."""
        self.root.open(seconds)
        wait_until(f"Portreeve of {self.name} is ready", lambda: self.root.run(
            "systemctl is-active portreeve.service", expect=None).strip() == "active", seconds, every=0.5)

    def wait_for(self, what, command, seconds):
        """Until a command succeeds, also over restarts of the guest."""
        def succeeds():
            try:
                self.root.open(20)
                self.root.run(command, seconds=20)
                return True
            except LabFailure as failure:
                last.append(str(failure))
                return False
        last = []
        try:
            wait_until(what, succeeds, seconds, every=2)
        except LabFailure as failure:
            raise LabFailure(f"{failure}; {last[-1:]}") from None

    def power_cut(self):
        """QEMU ends at once."""
        self._qmp("quit")
        self.process.wait(20)
        self.root.close()

    def pull_cable(self, port):
        self._qmp("set_link", name=f"nic{port}", up=False)

    def plug_cable(self, port):
        self._qmp("set_link", name=f"nic{port}", up=True)

    def _qmp(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.directory / "qmp"))
            for words in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                connection.sendall(json.dumps(words).encode() + b"\n")
            answers = 0
            for line in connection.makefile():
                if "error" in json.loads(line):
                    raise LabFailure(f"QEMU of {self.name} refuses {command}: {line}")
                answers += "return" in json.loads(line)
                if answers == 2:
                    return

    def stop(self):
        """In order, as when somebody turns it off."""
        self.root.start("systemctl poweroff")
        self.process.wait(60)
        self.root.close()

    def journal(self, unit):
        return self.root.run(f"journalctl --no-pager -b -o cat -u {unit}")

    def shell(self, text):
        """What cmdlets print in the minishell."""
        return self.root.run(f"echo {text!r} | minishell")

    def unit_times(self, unit="portreeve.service"):
        """Seconds of the guest's clock at which a unit's program was begun, and was ready."""
        shown = self.root.run("systemctl show -p ExecMainStartTimestampMonotonic -p ActiveEnterTimestampMonotonic "
                              f"{unit}")
        times = {key: int(value) / 1e6 for key, value in re.findall(r"(\w+)=(\d+)", shown)}
        return times["ExecMainStartTimestampMonotonic"], times["ActiveEnterTimestampMonotonic"]

    def kernel_start(self):
        """When the guest's clock was zero, in time.time() of this machine."""
        before = time.time()
        uptime = float(self.root.run("cut -d ' ' -f 1 /proc/uptime"))
        return (before + time.time()) / 2 - uptime

    def _keep_journal(self):
        """For the logs of a failed lab, as far as the guest still answers."""
        if self.process and self.process.running() and self.root.socket:
            try:
                (self.directory / "journal").write_text(self.root.run("journalctl -b --no-pager"), encoding="utf-8")
            except (LabFailure, OSError):
                pass

    def boot_entries(self):
        """Names of systemd-boot's entries on the disk; while the guest is off."""
        start = next(part["start"] for part in partitions(self.disk) if part["name"] == "portreeve-esp")
        listed = subprocess.run(["mdir", "-b", "-i", f"{self.disk}@@{start * 512}", "::loader/entries"],
                                capture_output=True, text=True, check=True).stdout
        return sorted(line.rpartition("/")[2] for line in listed.split())


def large_files(lab):
    """A directory for what is too large for the logs of a failed lab."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=lab.prefix))
    lab.at_end(lambda: shutil.rmtree(directory))
    return directory


def partitions(disk):
    shown = subprocess.run(["sfdisk", "-J", str(disk)], capture_output=True, text=True, check=True).stdout
    return json.loads(shown)["partitiontable"]["partitions"]


class Site:
    """Appliances and a router on one segment, 10.126.77.0/24, and a client behind the router.

        a  eth0 10.126.77.11 ┐
        b  eth0 10.126.77.12 ┼── segment ── eth0 .101  router  eth1 192.0.2.1 ── eth0 192.0.2.10  client
    """

    def __init__(self, lab, *names, ports=1):
        self.lab = lab
        self.router = lab.namespace("router")
        self.client = lab.namespace("client")
        self.segment = lab.segment("segment", (self.router, "eth0"))
        lab.connect(self.router, "eth1", self.client, "eth0")
        self.router.address("eth0", "10.126.77.101/24")
        self.router.address("eth1", "192.0.2.1/24")
        self.router.sysctl("net.ipv4.ip_forward", 1)
        self.client.address("eth0", "192.0.2.10/24")
        self.client.route("default", "via", "192.0.2.1")
        self.guests, self.addresses = {}, {}
        for number, name in enumerate(names, 11):
            taps = [f"{name}{port}" for port in range(ports)]
            for tap in taps:
                self.segment.run("ip", "tuntap", "add", tap, "mode", "tap")
                self.segment.run("ip", "link", "set", tap, "master", "br0", "up")
            self.guests[name] = Guest(lab, self.segment, name, taps)
            self.addresses[name] = f"10.126.77.{number}"


def make_key(lab):
    """A key to log in with: its file, and the line for authorized_keys."""
    file = lab.directory / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file, file.with_suffix(".pub").read_text(encoding="ascii")


def ssh(host, key, address, *words, user="EdgeUser", options=(), text="", expect=0, seconds=60.0):
    """Logs in from a host of the lab; what is printed."""
    result = host.run("ssh", "-F", "none", "-i", key, "-o", "StrictHostKeyChecking=no", "-o",
                      f"UserKnownHostsFile={key}.hosts", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", *options,
                      f"{user}@{address}", *words, text=text, expect=expect, seconds=seconds)
    check("ssh says how it ended", result.returncode is not None)
    return result
