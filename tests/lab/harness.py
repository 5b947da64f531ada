"""The ground of a lab: network namespaces, the cables between them, and the programs that run in them.

A lab is a function `lab_…(lab)` in a file `*_lab.py`; run.py finds and runs it. Everything that it makes hangs on the
Lab and is gone when it ends, also after a failure or a signal; what is left over then fails the lab.

    def lab_two_hosts_see_each_other(lab):
        left, right = lab.namespace("left"), lab.namespace("right")
        lab.connect(left, "eth0", right, "eth0")
        left.address("eth0", "10.1.0.1/24")
        right.address("eth0", "10.1.0.2/24")
        left.run("ping", "-c1", "10.1.0.2")

Root only; Python's standard library only. The appliance is in appliance.py, the routers it speaks with in peers.py.
"""
import concurrent.futures
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("PORTREEVE", TREE / "build/release/portreeve"))

_PR_SET_PDEATHSIG = 1
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class LabFailure(AssertionError):
    """Something that the lab set out to show did not happen."""


def wait_until(what, predicate, seconds=10.0, every=0.02):
    """Returns the first true value of predicate(); fails, naming `what` and the last value, when the time is up."""
    end = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= end:
            raise LabFailure(f"not within {seconds:g} s: {what} (last: {value!r})")
        time.sleep(every)


def never(what, predicate, seconds, every=0.02):
    """Watches for a while that predicate() stays false."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = predicate()
        if value:
            raise LabFailure(f"{what}: {value!r}")
        time.sleep(every)


def check(what, condition, seen=None):
    if not condition:
        raise LabFailure(what if seen is None else f"{what}; seen: {seen!r}")


def serial(lab):
    """Marks a lab that measures time or needs both processors: nothing else runs beside it."""
    lab.serial = True
    return lab


def waits(lab):
    """Marks a lab that spends its time waiting: it starts first and runs beside the others, uncounted."""
    lab.waits = True
    return lab


def soak(lab):
    """Marks a lab that is left to the long run (PORTREEVE_SOAK=1), and to who names it."""
    lab.soak = True
    return lab


def limit(seconds):
    """Marks a lab that may take longer than run.py's usual limit."""
    def mark(lab):
        lab.limit = seconds
        return lab
    return mark


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program that runs on beside the lab; what it prints goes to its log."""

    def __init__(self, name, command, log, **options):
        self.name = name
        self.log_file = log
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                          preexec_fn=_die_with_parent, **options)  # pylint: disable=W1509
        self.pid = self.popen.pid

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def running(self):
        return self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, seconds=10.0):
        """The exit status; negative for a signal."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise LabFailure(f"{self.name} did not end within {seconds:g} s") from None

    def stop(self, seconds=10.0):
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
        return self.wait()


class Namespace:
    """A host of the lab: a network namespace of its own, with lo up."""

    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.full_name = f"{lab.prefix}{name}"

    def command(self, *words):
        return ["ip", "netns", "exec", self.full_name, *map(str, words)]

    def run(self, *words, expect=0, seconds=30.0, text=None, env=None):
        """Runs a program to its end, and returns it. expect=None: any exit status will do."""
        result = subprocess.run(self.command(*words), input=text, capture_output=True, text=True, errors="replace",
                                timeout=seconds, env=_environment(env), check=False)
        if expect is not None and result.returncode != expect:
            raise LabFailure(f"{' '.join(map(str, words))}: exit status {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
        return result

    def start(self, name, *words, env=None, **options):
        """Starts a program that runs on; the lab ends it at last."""
        return self.lab.start(name, self.command(*words), env=env, **options)

    def inside(self, function):
        """What function() returns, called in a thread that has entered this namespace: sockets it makes stay there."""
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            return thread.submit(self._enter_and_call, function).result()

    def _enter_and_call(self, function):
        with open(f"/run/netns/{self.full_name}", "rb") as file:
            if _libc.setns(file.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns into {self.full_name}")
        return function()

    def ip(self, *words):
        """`ip` of iproute2, in JSON where it prints something."""
        output = self.run("ip", "-json", *words).stdout
        return json.loads(output) if output.strip() else []

    def address(self, interface, *addresses):
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))

    def route(self, *words):
        self.run("ip", "route", "add", *words)

    def sysctl(self, name, value):
        self.run("sysctl", "-q", "-w", f"{name}={value}")

    def links(self):
        return {link["ifname"]: link for link in self.ip("-details", "link", "show")}

    def addresses(self, interface):
        """Those that a person or a program gave it, as text with prefix length; not the kernel's link-local ones."""
        shown = [link for link in self.ip("address", "show") if link.get("ifname") == interface]
        return {f"{address['local']}/{address['prefixlen']}" for link in shown for address in link["addr_info"]
                if not (address["family"] == "inet6" and address["scope"] == "link")}

    def ping(self, address, count=1, seconds=2):
        """Whether each of the pings was answered."""
        return self.run("ping", "-n", "-q", "-i", "0.01", "-c", count, "-W", seconds, address,
                        expect=None).returncode == 0


class Lab:
    def __init__(self, name="lab"):
        if os.geteuid() != 0:
            raise LabFailure("a lab needs root: it makes network namespaces")
        self.name = name
        self.prefix = f"prv-{os.getpid()}-"
        # Short, for it holds sockets, whose paths end at 107 octets.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=self.prefix))
        self.directory.chmod(0o755)
        self.namespaces = []
        self.processes = []
        self._last = []

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        leftovers = self.close(keep_logs=failure[0] is not None)
        if leftovers and failure[0] is None:
            raise LabFailure("left over: " + "; ".join(leftovers))

    def namespace(self, name):
        namespace = Namespace(self, name)
        _ip("netns", "add", namespace.full_name)
        self.namespaces.append(namespace)
        _ip("-n", namespace.full_name, "link", "set", "lo", "up")
        return namespace

    def connect(self, left, left_interface, right, right_interface, up=True):
        """A cable: a veth pair, one end in each namespace."""
        _ip("link", "add", left_interface, "netns", left.full_name, "type", "veth",
            "peer", "name", right_interface, "netns", right.full_name)
        if up:
            _ip("-n", left.full_name, "link", "set", left_interface, "up")
            _ip("-n", right.full_name, "link", "set", right_interface, "up")

    def segment(self, name, *ends):
        """A switched segment: a bridge in a namespace of its own, and a cable to each (namespace, interface)."""
        switch = self.namespace(name)
        switch.run("ip", "link", "add", "br0", "type", "bridge")
        switch.run("ip", "link", "set", "br0", "up")
        for number, (namespace, interface) in enumerate(ends):
            self.connect(switch, f"port{number}", namespace, interface)
            switch.run("ip", "link", "set", f"port{number}", "master", "br0")
        return switch

    def start(self, name, command, env=None, **options):
        process = Process(name, [str(word) for word in command], self.directory / f"{name}.log",
                          env=_environment(env), **options)
        self.processes.append(process)
        return process

    def at_end(self, function):
        """Called when the lab ends, last in first out, before its processes are stopped."""
        self._last.append(function)

    def close(self, keep_logs=False):
        """Ends and removes everything; returns what should not have been there any more."""
        leftovers = []
        while self._last:
            try:
                self._last.pop()()
            except Exception as error:  # pylint: disable=broad-except
                leftovers.append(f"clean-up failed: {error}")
        for process in reversed(self.processes):
            if process.running():
                process.signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.popen.wait(5)
            except subprocess.TimeoutExpired:
                leftovers.append(f"{process.name} (pid {process.pid}) did not end when it was told to")
                process.kill()
        leftovers += remove_namespaces(self.prefix)
        if keep_logs:
            kept = TREE / "build/logs/labs" / self.name
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(self.directory, kept, ignore=_no_sockets, ignore_dangling_symlinks=True)
        shutil.rmtree(self.directory, ignore_errors=True)
        return leftovers


def remove_namespaces(prefix):
    """Removes the namespaces whose names begin so, and kills what still runs in them; returns what did, or stayed."""
    leftovers = []
    for name in _names(prefix):
        for pid in subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True,
                                  check=False).stdout.split():
            leftovers.append(f"process {pid} ({_command_of(pid)}) in {name}")
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    leftovers += [f"namespace {name}" for name in _names(prefix)]
    links = json.loads(subprocess.run(["ip", "-json", "link", "show"], capture_output=True, text=True,
                                      check=True).stdout)
    leftovers += [f"link {link['ifname']}" for link in links if link.get("ifname", "").startswith("prv")]
    return leftovers


def remove_directories(prefix):
    """Removes the temporary directories whose names begin so; returns which there were."""
    leftovers = sorted(pathlib.Path(tempfile.gettempdir()).glob(f"{prefix}*"))
    for directory in leftovers:
        shutil.rmtree(directory, ignore_errors=True)
    return [f"directory {directory}" for directory in leftovers]


def _names(prefix):
    try:
        return sorted(name for name in os.listdir("/run/netns") if name.startswith(prefix))
    except FileNotFoundError:
        return []


def _command_of(pid):
    try:
        return pathlib.Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "gone"


def _no_sockets(directory, names):
    return [name for name in names if not os.path.isdir(os.path.join(directory, name))
            and not os.path.isfile(os.path.join(directory, name))]


def _environment(extra):
    return {**os.environ, "LC_ALL": "C.UTF-8", **(extra or {})}


def _ip(*words):
    result = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise LabFailure(f"ip {' '.join(words)}: {result.stderr.strip()}")
