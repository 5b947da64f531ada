"""Where a subject stands in a benchmark: a namespace, a cable, and at its other end `bgp_sink` (bgp_sink.cc)."""
import pathlib
import subprocess

from harness import LabFailure, TREE

SELF = "10.126.77.10"  # the subject's address
FAR_ASN, SELF_ASN = 64512, 64513
PROGRAM = TREE / "build/release/bgp_sink"


def build():
    """Makes bgp_sink, in the tree that build/release/portreeve is of."""
    subprocess.run(["cmake", "--build", TREE / "build/release", "--target", "bgp_sink"], check=True,
                   stdout=subprocess.DEVNULL)


class Place:
    """The subject's namespace has `eth1`, and is connected to a sink that listens at `peers` addresses."""

    def __init__(self, lab, name, peers=1, hold_time=90):
        self.lab = lab
        self.name = name
        self.namespace = lab.namespace(name)
        self.far = lab.namespace(f"{name}-far")
        lab.connect(self.namespace, "eth1", self.far, "eth0")
        self.peers = [f"10.126.77.{101 + number}" for number in range(peers)]
        self.far.address("eth0", *(f"{address}/24" for address in self.peers))
        self.sink = Sink(lab, self.far, name, hold_time, self.peers)

    @property
    def directory(self):
        return pathlib.Path(self.lab.directory)


class Sink:
    """Drives one bgp_sink. Times are nanoseconds of CLOCK_MONOTONIC, as time.monotonic_ns() gives them."""

    def __init__(self, lab, namespace, name, hold_time, addresses):
        self.name = name
        with open(lab.directory / f"{name}-sink.log", "wb") as log:
            self.process = subprocess.Popen(  # pylint: disable=R1732
                namespace.command(PROGRAM, FAR_ASN, hold_time, *addresses), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1)
        lab.at_end(self._end)
        self._answer()

    def wait_established(self, number):
        """When the last of so many sessions became so."""
        return int(self._ask(f"established {number}"))

    def wait_present(self, number):
        """(when the first UPDATE since the mark came, when each session had all of that many routes, UPDATEs)"""
        return tuple(int(word) for word in self._ask(f"present {number}").split())

    def mark(self):
        self._ask("mark")

    def feed(self, file):
        """(begin, end) of writing a file to every session, the end when all was delivered."""
        return tuple(int(word) for word in self._ask(f"feed {file}").split())

    def wait_idle(self):
        """When the last session ended; returns once there is none."""
        return int(self._ask("idle"))

    def _ask(self, command):
        self.process.stdin.write(command + "\n")
        return self._answer()

    def _answer(self):
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise LabFailure(f"the sink of {self.name} ended")
        return answer

    def _end(self):
        self.process.stdin.close()
        self.process.wait(5)
