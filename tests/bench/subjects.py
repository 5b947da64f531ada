"""What is measured: Portreeve and its peers, each told in its own fastest way to announce host routes to the sinks.

    subject = Bird(place)
    subject.start()
    began = subject.announce(100000)        when it was told; the sink knows when the last came
    subject.announce_one(100000)
    subject.withdraw()

Route number n is 10.200.0.0 + n. All are configured for speed: none imports, filters or installs what it is told.
"""
import ipaddress
import os
import pathlib
import re
import shutil
import socket
import struct
import threading
import signal
import time

from appliance import Appliance, MANAGER, NAME, PATH, document, peer, pool, switch
from harness import check, wait_until
from sink import FAR_ASN, SELF, SELF_ASN

FIRST = ipaddress.ip_address("10.200.0.0")
LARGEST = 110000
# Writes when the program is executed, by the clock of the wall, and executes it.
STAMP = 'echo "$EPOCHREALTIME" > "$0"; exec "$@"'


def route(number):
    return f"{FIRST + number}/32"


class Subject:
    name = ""

    def __init__(self, place):
        self.place = place
        self.namespace = place.namespace
        self.directory = place.directory / f"{place.name}-files"
        self.directory.mkdir()
        self.process = None
        self.announced = 0
        self.wrapper = []  # of the process that is measured

    def start(self):
        """Runs it; its sessions come by themselves."""
        self.launch()
        self.place.sink.wait_established(len(self.place.peers))
        return self

    def launch(self):
        raise NotImplementedError

    def wait_answer(self):
        """Until announce() is answered, where it has not been yet."""

    def wait_answer_of_one(self):
        """The same of announce_one()."""

    def pids(self):
        """Of all the processes that it takes to announce."""
        return [self.process.pid]

    def stop(self):
        self.process.stop()

    def stamp_execution(self):
        """From now on the process notes when it is executed. Returns a function that tells the last time."""
        file = self.directory / "executed"
        apart = time.time_ns() - time.monotonic_ns()
        self.wrapper = ["bash", "-c", STAMP, file]
        return lambda: round(float(file.read_text(encoding="ascii")) * 1e9) - apart


class WithAddress(Subject):
    """One that does not configure the interface itself."""

    def __init__(self, place):
        super().__init__(place)
        place.namespace.address("eth1", f"{SELF}/24")


class Portreeve(Subject):
    name = "portreeve"

    def __init__(self, place, local_address=False, hold_time=90):
        super().__init__(place)
        self.local_address = local_address
        self.hold_time = hold_time
        self.appliance = Appliance(place.lab, place.namespace, name=place.name)

    def configure(self, *more):
        self.appliance.write_drop_in("50-bench.xml", document(
            switch(address=f"{SELF}/24"), pool(f"{FIRST}-{FIRST + LARGEST - 1}"),
            *(peer(address, FAR_ASN, SELF_ASN, hold_time=self.hold_time) for address in self.place.peers), *more))

    def launch(self):
        self.configure()
        self.appliance.start(wrapper=self.wrapper)
        self.process = self.appliance.process

    def _request(self):
        return {} if self.local_address else {"LocalAddress": ("b", False)}

    def announce(self, number):
        """One call. Returns when it was sent, without waiting for its answer."""
        connection = self.appliance.connection
        names = [f"load/{place}" for place in range(self.announced, self.announced + number)]
        octets = connection.prepare(NAME, PATH, MANAGER, "AllocateServices", "a(sa{sv})",
                                    [(name, self._request()) for name in names])
        began = time.monotonic_ns()
        connection.socket.sendall(octets)
        self.announced += number
        return began

    def wait_answer(self):
        """Reads the answer of announce(), which is long."""
        connection = self.appliance.connection
        replies, = connection.reply(connection.serial, seconds=300)
        refused = [reply for reply in replies if not reply[1] or reply[2]]
        check("every service is given an address", not refused, refused[:3])

    def announce_one(self, number):
        connection = self.appliance.connection
        octets = connection.prepare(NAME, PATH, MANAGER, "AllocateService", "sa{sv}", f"one/{number}",
                                    self._request())
        began = time.monotonic_ns()
        connection.socket.sendall(octets)
        self.announced += 1
        return began

    def wait_answer_of_one(self):
        self.appliance.connection.reply(self.appliance.connection.serial)

    def withdraw_one(self, number):
        self.appliance.bus("ReleaseServices", "as", [f"one/{number}"])
        self.announced -= 1

    def withdraw(self):
        began = time.monotonic_ns()
        self.appliance.bus("ReleaseServices", "as", [f"load/{place}" for place in range(self.announced)], seconds=300)
        self.announced = 0
        return began

    def stop(self):
        self.appliance.stop()


class PortreeveDocument(Portreeve):
    """A pool of the document, announced whole; told by a reload, as BIRD is by its `configure`."""

    def configure(self, *more):
        self.write([], *more)

    def write(self, ranges, *more):
        pools = [f'<IPAddressPool Name="compute" SwitchName="vSwitch1" Announce="All"><Addresses>{text}</Addresses>'
                 "</IPAddressPool>" for text in ranges]
        self.appliance.write_drop_in("50-bench.xml", document(
            switch(address=f"{SELF}/24"), *pools,
            *(peer(address, FAR_ASN, SELF_ASN, hold_time=self.hold_time) for address in self.place.peers), *more))

    def announce(self, number):
        self.write([f"{FIRST}-{FIRST + number - 1}"])
        began = time.monotonic_ns()
        self.appliance.process.signal(signal.SIGHUP)
        return began

    def wait_answer(self):
        pass

    def withdraw(self):
        self.write([])
        began = time.monotonic_ns()
        self.appliance.process.signal(signal.SIGHUP)
        return began


class Bird(WithAddress):
    name = "BIRD"

    def launch(self):
        lines = [f"router id {SELF};", "protocol device {}",
                 "protocol static many {\n  ipv4;\ninclude \"many.conf\";\n}",
                 "protocol static one {\n  disabled; ipv4;\ninclude \"one.conf\";\n}"]
        for number, address in enumerate(self.place.peers):
            lines.append(f"""protocol bgp to{number} {{
  local {SELF} as {SELF_ASN};
  neighbor {address} as {FAR_ASN};
  hold time 90; connect delay time 1; connect retry time 1; error wait time 1, 2;
  enable extended messages;
  ipv4 {{ import none; export where source = RTS_STATIC; }};
}}""")
        self._list("many", 0)
        self._list("one", 0)
        (self.directory / "bird.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
        control = self.directory / "ctl"
        self.process = self.namespace.start(self.place.name, *self.wrapper, "bird", "-f", "-c", self.directory / "bird.conf", "-s",
                                            control, "-P", self.directory / "pid")
        wait_until("BIRD listens", lambda: control.exists() and self._connect(control))
        self._answer()

    def _connect(self, control):
        self.control = socket.socket(socket.AF_UNIX)
        return self.control.connect_ex(str(control)) == 0

    def _answer(self):
        """Up to the line that ends it: a number, a blank."""
        answer = ""
        while not re.search(r"(^|\n)(0\d\d\d|[89]\d\d\d) .*\n$", answer):
            answer += self.control.recv(1 << 16).decode()
        check("BIRD takes the command", not re.search(r"(^|\n)[89]\d\d\d ", answer), answer)
        return answer

    def _command(self, words):
        began = time.monotonic_ns()
        self.control.sendall(f"{words}\n".encode())
        self._answer()
        return began

    def _list(self, name, number, first=0):
        (self.directory / f"{name}.conf").write_text(
            "".join(f"route {route(place)} blackhole;\n" for place in range(first, first + number)), encoding="ascii")

    def announce(self, number):
        self._list("many", number)
        self.announced = number
        return self._command("configure")

    def announce_one(self, _):
        self._list("one", 1, first=LARGEST - 1)
        self.announced += 1
        self._command("configure")
        time.sleep(0.1)
        return self._command("enable one")

    def withdraw_one(self, _):
        self._command("disable one")
        self.announced -= 1

    def withdraw(self):
        self.announced = 0
        self._list("many", 0)
        return self._command("configure")


class OpenBgpd(WithAddress):
    name = "OpenBGPD"

    def launch(self):
        self.control = self.directory / "ctl"
        self.control.unlink(missing_ok=True)
        lines = [f"AS {SELF_ASN}", f"router-id {SELF}", "fib-update no", f'socket "{self.control}"']
        for address in self.place.peers:
            lines.append(f"neighbor {address} {{\n  remote-as {FAR_ASN}\n  local-address {SELF}\n}}")
        lines += ["deny from any", "allow to any"]
        configuration = self.directory / "bgpd.conf"
        configuration.write_text("\n".join(lines) + "\n", encoding="ascii")
        configuration.chmod(0o600)
        # Its processes lock themselves into a directory that its service makes; here it is in a /run that only they see.
        self.process = self.namespace.start(
            self.place.name, "sh", "-c", 'mount -t tmpfs -o mode=755 run /run && mkdir /run/openbgpd && exec "$@"', "sh",
            *self.wrapper, "/usr/sbin/bgpd", "-d", "-f", configuration)
        wait_until("bgpd listens", self.control.exists)

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        return [self.process.pid, *(int(word) for word in children.split())]

    def _network(self, *words, text=None):
        began = time.monotonic_ns()
        self.namespace.run("bgpctl", "-s", self.control, "network", *words, text=text)
        return began

    def announce(self, number):
        self.announced = number
        return self._network("bulk", "add", text="\n".join(route(place) for place in range(number)) + "\n")

    def announce_one(self, _):
        self.announced += 1
        return self._network("add", route(LARGEST - 1))

    def withdraw_one(self, _):
        self.announced -= 1
        self._network("delete", route(LARGEST - 1))

    def withdraw(self):
        self.announced = 0
        return self._network("flush")


class Frr(WithAddress):
    """bgpd alone, told over its own socket, which is faster than vtysh."""
    name = "FRR"
    CONFIGURE = ["enable", "configure terminal", f"router bgp {SELF_ASN}", "address-family ipv4 unicast"]

    def launch(self):
        shutil.chown(self.directory, "frr", "frr")
        lines = [f"router bgp {SELF_ASN}", f" bgp router-id {SELF}", " no bgp ebgp-requires-policy",
                 " no bgp network import-check", " bgp graceful-restart-disable"]
        for address in self.place.peers:
            lines += [f" neighbor {address} remote-as {FAR_ASN}", f" neighbor {address} timers connect 1",
                      f" neighbor {address} advertisement-interval 0"]
        lines += [" address-family ipv4 unicast",
                  *(f"  neighbor {address} prefix-list none in" for address in self.place.peers),
                  " exit-address-family", "ip prefix-list none deny any"]
        (self.directory / "bgpd.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
        terminal = self.directory / "bgpd.vty"
        terminal.unlink(missing_ok=True)
        self.process = self.namespace.start(
            self.place.name, *self.wrapper, "/usr/lib/frr/bgpd", "-P", "0", "--vty_socket", self.directory, "-z",
            self.directory / "zserv", "--log", "stdout", "-Z", "-n", "-f", self.directory / "bgpd.conf", "-i",
            self.directory / "bgpd.pid")
        wait_until("bgpd answers", lambda: terminal.exists() or not self.process.running())
        check(f"bgpd runs: {self.process.log()}", self.process.running())
        self.terminal = socket.socket(socket.AF_UNIX)
        self.terminal.connect(str(terminal))
        self._commands(self.CONFIGURE)

    def _commands(self, commands):
        """Each is answered by what it prints, three zeros and its status."""
        octets = "".join(f"{command}\0" for command in commands).encode()
        began = time.monotonic_ns()
        threading.Thread(target=self.terminal.sendall, args=(octets,)).start()
        answered, last = 0, b""
        while answered < len(commands):
            got = self.terminal.recv(1 << 16)
            check("bgpd answers", got)
            answered += (last + got).count(b"\0\0\0") - last.count(b"\0\0\0")
            last = got[-2:]
        return began

    def announce(self, number):
        self.announced = number
        return self._commands([f"network {route(place)}" for place in range(number)])

    def announce_one(self, _):
        self.announced += 1
        return self._commands([f"network {route(LARGEST - 1)}"])

    def withdraw_one(self, _):
        self.announced -= 1
        self._commands([f"no network {route(LARGEST - 1)}"])

    def withdraw(self):
        number, self.announced = self.announced, 0
        return self._commands([f"no network {route(place)}" for place in range(number)])


class GoBgp(WithAddress):
    name = "GoBGP"

    def launch(self):
        lines = ["[global.config]", f"  as = {SELF_ASN}", f'  router-id = "{SELF}"', "  port = -1"]
        for address in self.place.peers:
            lines += ["[[neighbors]]", "  [neighbors.config]", f'    neighbor-address = "{address}"',
                      f"    peer-as = {FAR_ASN}", "  [neighbors.timers.config]", "    connect-retry = 1",
                      "    hold-time = 90", "  [neighbors.apply-policy.config]",
                      '    default-import-policy = "reject-route"', "  [[neighbors.afi-safis]]", "    [neighbors.afi-safis.config]",
                      '      afi-safi-name = "ipv4-unicast"']
        (self.directory / "gobgpd.toml").write_text("\n".join(lines) + "\n", encoding="ascii")
        self.process = self.namespace.start(self.place.name, *self.wrapper, "gobgpd", "-f", self.directory / "gobgpd.toml",
                                            "--api-hosts", "127.0.0.1:50051", "--pprof-disable", "-l", "error")
        wait_until("GoBGP answers", lambda: self.namespace.run("gobgp", "global", "-j", expect=None).returncode == 0)

    def _gobgp(self, *words):
        began = time.monotonic_ns()
        self.namespace.run("gobgp", *words, seconds=120)
        return began

    def announce(self, number):
        self.announced = number
        table = self._routing_table(number)
        return self._gobgp("mrt", "inject", "global", table)

    def announce_one(self, _):
        self.announced += 1
        return self._gobgp("global", "rib", "add", route(LARGEST - 1), "-a", "ipv4")

    def withdraw_one(self, _):
        self.announced -= 1
        self._gobgp("global", "rib", "del", route(LARGEST - 1), "-a", "ipv4")

    def withdraw(self):
        self.announced = 0
        return self._gobgp("global", "rib", "del", "all", "-a", "ipv4")

    def _routing_table(self, number):
        """The routes as an MRT dump (RFC 6396), which is the fastest way into GoBGP."""
        def record(subtype, body):
            return struct.pack("!IHHI", 0, 13, subtype, len(body)) + body
        self_octets = socket.inet_aton(SELF)
        peer_index = self_octets + struct.pack("!HH", 0, 1) + b"\x02" + 2 * self_octets + struct.pack("!I", SELF_ASN)
        attributes = b"\x40\x01\x01\x00" + b"\x40\x02\x00" + b"\x40\x03\x04" + self_octets
        file = self.directory / f"{number}.mrt"
        if file.exists():
            return file
        with open(file, "wb") as output:
            output.write(record(1, peer_index))
            # GoBGP's client ends without waiting for the last thousand or so to be sent: they are the same route again.
            for place in [*range(number), *[number - 1] * 2000]:
                output.write(record(2, struct.pack("!IB", place, 32) + (FIRST + place).packed +
                                    struct.pack("!HHIH", 1, 0, 0, len(attributes)) + attributes))
        return file


class ExaBgp(WithAddress):
    """Its routes come from a helper process: here a `cat` of a FIFO that the benchmark writes to."""
    name = "ExaBGP"

    def launch(self):
        self.pipe = self.directory / "commands"
        self.pipe.unlink(missing_ok=True)
        os.mkfifo(self.pipe)
        self.pipe.chmod(0o666)
        lines = [f"process announcer {{ run /bin/cat {self.pipe}; encoder text; }}"]
        for address in self.place.peers:
            lines.append(f"""neighbor {address} {{
  router-id {SELF}; local-address {SELF}; local-as {SELF_ASN}; peer-as {FAR_ASN}; hold-time 90;
  family {{ ipv4 unicast; }}
  api {{ processes [ announcer ]; }}
}}""")
        configuration = self.directory / "exabgp.conf"
        configuration.write_text("\n".join(lines) + "\n", encoding="ascii")
        self.process = self.namespace.start(self.place.name, *self.wrapper, "exabgp", configuration, env={
            "exabgp_daemon_drop": "false", "exabgp_log_all": "false", "exabgp_api_ack": "false",
            "exabgp_api_cli": "false"})
        self.output = open(self.pipe, "w", encoding="ascii")  # pylint: disable=R1732  # waits for the reader
        self.place.lab.at_end(self.output.close)

    def stop(self):
        self.output.close()
        super().stop()

    def _write(self, lines):
        began = time.monotonic_ns()
        self.output.write(lines)
        self.output.flush()
        return began

    def _all(self, verb, number):
        nlri = [route(place) for place in range(number)]
        return "".join(f"{verb} attributes next-hop self nlri {' '.join(nlri[place:place + 500])}\n"
                       for place in range(0, number, 500))

    def announce(self, number):
        self.announced = number
        return self._write(self._all("announce", number))

    def withdraw(self):
        number, self.announced = self.announced, 0
        return self._write(self._all("withdraw", number))


def cpu_time(pids):
    """Nanoseconds that they have run, all threads (of the scheduler, not of ticks)."""
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text("ascii").split()[0])
    return total
