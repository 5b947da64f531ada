"""The appliance in a lab: Portreeve in a namespace, with its directories, its bus and its minishell."""
import os
import signal
import socket
import subprocess
import threading

from bus import Connection, PrivateBus
from harness import LabFailure, PROGRAM, wait_until

NAME = "org.portreeve.Portreeve1"
PATH = "/org/portreeve/Portreeve1"
MANAGER = f"{NAME}.Manager"


class NotifySocket:
    """systemd's end of sd_notify: keeps what the program says of itself."""

    def __init__(self, path):
        self.path = path
        self.messages = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            text = self._socket.recv(1 << 16).decode(errors="replace")
            self.messages += [tuple(line.split("=", 1)) for line in text.splitlines() if "=" in line]

    def forget(self):
        self.messages = []

    def ready(self):
        return ("READY", "1") in self.messages

    def status(self):
        """The last STATUS, or nothing."""
        return next((value for key, value in reversed(self.messages) if key == "STATUS"), "")


class Appliance:
    """Stopped and with nothing configured, until told otherwise.

    Its drop-ins are in `drop_ins`, its state in `state`; both outlive stop(), kill() and start().
    """

    def __init__(self, lab, namespace, name="portreeve", with_bus=True):
        self.lab = lab
        self.namespace = namespace
        self.name = name
        self.directory = lab.directory / name
        self.drop_ins = self.directory / "dsc.d"
        self.state = self.directory / "state"
        self.drop_ins.mkdir(parents=True)
        self.state.mkdir()
        self.notify = NotifySocket(self.directory / "notify")
        self.private_bus = PrivateBus(lab, f"{name}-bus")
        if with_bus:
            self.private_bus.start()
        self.process = None
        self._connection = None
        lab.at_end(self._end_well)

    # -- its life

    def write_drop_in(self, name, document):
        """A document of the drop-in directory, whole or not at all: written beside it and renamed."""
        temporary = self.directory / "drop-in.new"
        temporary.write_text(document, encoding="utf-8")
        temporary.rename(self.drop_ins / name)

    def remove_drop_in(self, name):
        (self.drop_ins / name).unlink()

    def command(self):
        return [PROGRAM, "run", "--configuration-directory", self.drop_ins, "--state-directory", self.state,
                "--bus", self.private_bus.address]

    def start(self, wrapper=(), wait=True, seconds=10.0, env=None):
        """Starts the daemon, within `wrapper` (as ["strace", "-f"]), and waits until it is ready."""
        if not PROGRAM.exists():
            raise LabFailure(f"there is no {PROGRAM}: cmake --preset release && cmake --build --preset release")
        self.notify.forget()
        self.process = self.namespace.start(self.name, *wrapper, *self.command(),
                                            env={"NOTIFY_SOCKET": str(self.notify.path), **(env or {})})
        if wait:
            self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=10.0):
        wait_until("the appliance says that it is ready",
                   lambda: self.notify.ready() or not self.process.running(), seconds)
        if not self.process.running():
            raise LabFailure(f"the appliance ended with exit status {self.process.wait()}:\n{self.process.log()}")
        if self.private_bus.process:
            wait_until("the appliance has its name on the bus", self.has_name, seconds)

    def stop(self):
        """SIGTERM: withdraws, says goodbye to its peers, ends with 0."""
        status = self.process.stop()
        if status != 0:
            raise LabFailure(f"the appliance ended with exit status {status}:\n{self.process.log()}")

    def kill(self):
        self.process.kill()

    def _end_well(self):
        """In every lab: it lived until now, or was killed, and ends with 0 when told to; under a sanitizer that says
        that there is nothing to report."""
        if self.process is None:
            return
        status = self.process.stop()
        if status not in (0, -signal.SIGKILL):
            raise LabFailure(f"the appliance ended with exit status {status}:\n{self.process.log()[-4000:]}")

    def restart(self):
        self.stop()
        return self.start()

    def hang_up(self):
        """SIGHUP: reads its documents again."""
        self.process.signal(signal.SIGHUP)

    def log(self):
        return self.process.log()

    def status(self):
        return self.notify.status()

    # -- its bus

    @property
    def connection(self):
        if self._connection is None:
            self._connection = Connection(self.private_bus.address)
        return self._connection

    def forget_connection(self):
        """For when the bus went, and with it the connection."""
        self._connection = None

    def has_name(self):
        return self.connection.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                    "NameHasOwner", "s", NAME)[0]

    def bus(self, method, signature="", *arguments, path=PATH, interface=MANAGER, seconds=30.0):
        """Calls a method: what it returns, bare where it is one value. Raises BusError."""
        values = self.connection.call(NAME, path, interface, method, signature, *arguments, seconds=seconds)
        return values[0] if len(values) == 1 else values or None

    def properties(self, path, interface):
        return self.bus("GetAll", "s", interface, path=path, interface="org.freedesktop.DBus.Properties")

    def objects(self):
        """Everything that the appliance shows: {path: {interface: {property: value}}}."""
        return self.bus("GetManagedObjects", path=PATH, interface="org.freedesktop.DBus.ObjectManager")

    def of_interface(self, interface):
        """The objects of one kind, as `BGPPeer`: {path: {property: value}}."""
        full = f"{NAME}.{interface}"
        return {path: interfaces[full] for path, interfaces in self.objects().items() if full in interfaces}

    def allocate(self, name, **request):
        """AllocateService with text values: its addresses."""
        return self.bus("AllocateService", "sa{sv}", name, {key: ("s", value) for key, value in request.items()})

    # -- its minishell

    def shell(self, text, expect=0, seconds=30.0):
        """Feeds cmdlets to the minishell: what it prints. expect=None returns the ended process instead."""
        result = subprocess.run([str(PROGRAM), "shell", "--bus", self.private_bus.address], input=text,
                                capture_output=True, text=True, timeout=seconds, check=False,
                                env={**os.environ, "TERM": "dumb"})
        if expect is None:
            return result
        if result.returncode != expect:
            raise LabFailure(f"the minishell ended with {result.returncode} for {text!r}:\n"
                             f"{result.stdout}{result.stderr}")
        return result.stdout


def document(*resources, name="lab"):
    """A configuration document of the given elements."""
    body = "\n".join(f"  {resource}" for resource in resources)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Configuration xmlns="urn:portreeve:dsc:1" Name="{name}">\n'
            f"{body}\n</Configuration>\n")


def switch(name="vSwitch1", port="Port2", interface="eth1", address="10.126.77.10/24", gateway=None, more_addresses=(),
           more_gateways=()):
    """A port and the switch on it."""
    lines = [f'<Port Name="{port}" Interface="{interface}"/>', f'<ExternalVirtualSwitch Name="{name}">',
             f"  <InterfaceAlias>{port}</InterfaceAlias>"]
    lines += [f"  <IPAddress>{own}</IPAddress>" for own in (address, *more_addresses)]
    lines += [f"  <Gateway>{router}</Gateway>" for router in (gateway, *more_gateways) if router]
    return "\n".join([*lines, "</ExternalVirtualSwitch>"])


def pool(addresses, name="compute", switch_name="vSwitch1"):
    return (f'<IPAddressPool Name="{name}" SwitchName="{switch_name}"><Addresses>{addresses}</Addresses>'
            "</IPAddressPool>")


def peer(address, peer_asn, self_asn, switch_name="vSwitch1", hold_time=None, inside=(), **more):
    """`address` is an interface's name where it is none; `more` are attributes, `inside` the communities."""
    if hold_time is not None:
        more["HoldTimeInSeconds"] = hold_time
    key = "PeerAddress" if "." in address or ":" in address else "Interface"
    return element("BGPPeer", inside, **{key: address}, PeerAsn=peer_asn, SelfAsn=self_asn, SwitchName=switch_name,
                   **more)


def bgp_speaker(switch_name="vSwitch1", **more):
    return element("BGPSpeaker", SwitchName=switch_name, **more)


def bfd_profile(name, milliseconds, multiplier=3, **more):
    return element("BFDProfile", Name=name, ReceiveIntervalInMilliseconds=milliseconds,
                   TransmitIntervalInMilliseconds=milliseconds, DetectMultiplier=multiplier, **more)


def element(name, inside=(), **attributes):
    """With booleans as documents spell them, and child elements: [("Community", "65000:100"), …]."""
    words = [f'{key}="{str(value).lower() if isinstance(value, bool) else value}"' for key, value in attributes.items()]
    children = "".join(f"<{child}>{text}</{child}>" for child, text in inside)
    return f"<{name} {' '.join(words)}" + (f">{children}</{name}>" if children else "/>")


def service(name, pool_name="compute", address=None):
    inside = f"<LoadBalancerIP>{address}</LoadBalancerIP>" if address else ""
    return f'<Service Name="{name}" PoolName="{pool_name}">{inside}</Service>'
