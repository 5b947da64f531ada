"""What is acknowledged is on disk: killed at any moment, watched by strace, and with a disk that fails."""
import os
import random
import re
import threading
import time
import xml.etree.ElementTree as ElementTree

from appliance import MANAGER, NAME, PATH, pool
from bus import BusError, Connection
from harness import check, limit, wait_until
from rack import Rack

ROUNDS = 200
POOL = pool("10.126.77.128-10.126.77.255")
PEERS = [f"10.126.77.{last}" for last in range(50, 56)]
SERVICES = [f"default/service-{number}" for number in range(30)]
GONE = None
KILLED = {f"org.freedesktop.DBus.Error.{name}" for name in ("NoReply", "ServiceUnknown", "NameHasNoOwner")}


class Client(threading.Thread):
    """Changes services and peers as fast as it is answered, a few calls under way at a time.

    Keeps what was acknowledged, and of what was under way at the end, each thing it was about.
    """

    def __init__(self, address, known, seed):
        super().__init__(daemon=True)
        self.known = dict(known)  # (kind, name) → address, hold time or GONE, as acknowledged
        self.unsure = {}          # (kind, name) → what was asked for and not answered
        self.answered = 0
        self.fault = None
        self._random = random.Random(seed)
        self._connection = Connection(address)
        self._under_way = []      # (serial, {thing: what is asked for})

    def run(self):
        try:
            while True:
                while len(self._under_way) < 4:
                    self._ask()
                self._take_answer()
        except Exception as error:  # pylint: disable=broad-except
            # The daemon was killed: the bus answers for it.
            if not isinstance(error, BusError) or error.name not in KILLED:
                self.fault = error
        for _, things in self._under_way:
            self.unsure.update(things)
        self._connection.close()

    def _call(self, method, signature, *arguments):
        return self._connection.send(NAME, PATH, MANAGER, method, signature, *arguments)

    def _ask(self):
        busy = {thing for _, things in self._under_way for thing in things}
        services = [name for name in SERVICES if ("service", name) not in busy]
        peers = [address for address in PEERS if ("peer", address) not in busy]
        kind = self._random.random()
        if kind < 0.2 and peers:
            self._ask_for_peer(self._random.choice(peers))
        elif kind < 0.6 and services:
            names = self._random.sample(services, min(len(services), self._random.randint(1, 4)))
            serial = self._call("AllocateServices", "a(sa{sv})", [(name, {}) for name in names])
            self._under_way.append((serial, {("service", name): "any" for name in names}))
        elif services:
            name = self._random.choice(services)
            serial = self._call("ReleaseServices", "as", [name])
            self._under_way.append((serial, {("service", name): GONE}))

    def _ask_for_peer(self, address):
        if self.known.get(("peer", address)) is not GONE and self._random.random() < 0.4:
            serial = self._call("RemoveBGPPeer", "ss", "vSwitch1", address)
            self._under_way.append((serial, {("peer", address): GONE}))
            return
        hold_time = self._random.randint(3, 65535)
        serial = self._call("SetBGPPeer", "a{sv}", {
            "PeerAddress": ("s", address), "PeerAsn": ("u", 64512), "SelfAsn": ("u", 64513),
            "SwitchName": ("s", "vSwitch1"), "HoldTimeInSeconds": ("u", hold_time)})
        self._under_way.append((serial, {("peer", address): hold_time}))

    def _take_answer(self):
        """Answers come in any order: a peer takes longer than a service."""
        serial = self._connection.first_answered([serial for serial, _ in self._under_way])
        values = self._connection.reply(serial)
        things = next(things for other, things in self._under_way if other == serial)
        self._under_way.remove((serial, things))
        self._acknowledged(things, values)

    def _acknowledged(self, things, values):
        self.answered += 1
        for thing, asked in things.items():
            if asked == "any":
                asked = next(addresses[0] for name, addresses, _ in values[0] if name == thing[1])
            self.known[thing] = asked


def state_of(rack):
    """What the appliance has: {(kind, name): address or hold time}."""
    listed = rack.appliance.bus("ListServices", "su", "", 1000)
    state = {("service", name): service["Addresses"][0] for name, service in listed}
    state.update({("peer", peer["PeerAddress"]): peer["HoldTime"]
                  for peer in rack.appliance.of_interface("BGPPeer").values()})
    return state


def faults(state, client):
    """Where the state is neither what was acknowledged nor what was asked for last."""
    found = []
    for thing in set(client.known) | set(client.unsure) | set(state):
        seen, acknowledged = state.get(thing, GONE), client.known.get(thing, GONE)
        asked = client.unsure.get(thing, acknowledged)
        # Asked for and not acknowledged: a service that had none may have any address, one that had keeps its own.
        fits = seen in (acknowledged, asked) or (asked == "any" and acknowledged is GONE)
        if not fits:
            found.append(f"{thing}: {seen}, acknowledged {acknowledged}, asked for {asked}")
    given = [address for (kind, _), address in state.items() if kind == "service"]
    if len(given) != len(set(given)):
        found.append(f"an address is given twice: {sorted(given)}")
    return found


@limit(300)
def lab_two_hundred_kills_lose_nothing_that_was_acknowledged_and_leave_nothing_half_done(lab):
    seed = int(os.environ.get("PORTREEVE_LAB_SEED", time.time_ns() % 1_000_000))
    print(f"PORTREEVE_LAB_SEED={seed}")
    chance = random.Random(seed)
    rack = Rack(lab)
    rack.start(POOL)
    known, answered, in_vain = {}, 0, 0
    for number in range(ROUNDS):
        client = Client(rack.appliance.private_bus.address, known, seed + number)
        client.start()
        time.sleep(chance.uniform(0, 0.12))
        rack.appliance.kill()
        client.join(30)
        check("the client has ended", not client.is_alive())
        check(f"round {number}: no call was refused", client.fault is None, client.fault)
        answered += client.answered
        in_vain += len(client.unsure)
        user = rack.appliance.state / "user.xml"
        if user.exists():
            ElementTree.parse(user)
        if chance.random() < 0.2:
            # Once more, while it starts: what it reads and writes then must not cost anything either.
            rack.appliance.start(wait=False)
            time.sleep(chance.uniform(0, 0.06))
            rack.appliance.kill()
        rack.appliance.start()
        known = state_of(rack)
        found = faults(known, client)
        check(f"round {number} of seed {seed}: all that was acknowledged is there, nothing else", not found, found)
        check("nothing in the file of leases was damaged", "damaged" not in rack.appliance.log())
    print(f"{ROUNDS} kills, {answered} changes acknowledged, {in_vain} unanswered")
    check("there was something to lose", answered > 5 * ROUNDS and in_vain > ROUNDS, (answered, in_vain))


class Trace:
    """The system calls of the appliance in the order in which they returned, by strace."""

    CALLS = "openat,write,pwrite64,fdatasync,fsync,rename,renameat,renameat2,sendmsg,sendto"

    def __init__(self, lab, name, *more):
        self.file = lab.directory / f"{name}.strace"
        self.wrapper = ["strace", "-D", "-f", "-y", "-qq", "-x", "-s", "4096", "-e", f"trace={self.CALLS}", *more,
                        "-o", self.file]

    def calls(self):
        """[(name, arguments, result)]; a call is where it returned."""
        begun, calls = {}, []
        for line in self.file.read_text(encoding="utf-8", errors="replace").splitlines():
            thread, _, text = line.partition(" ")
            text = text.strip()
            if match := re.fullmatch(r"(\w+)\((.*) <unfinished \.\.\.>", text):
                begun[thread] = match.groups()
            elif match := re.fullmatch(r"<\.\.\. (\w+) resumed>(.*)\)\s+= (.*)", text):
                name, arguments = begun.pop(thread, (match[1], ""))
                calls.append((name, arguments + match[2], match[3]))
            elif match := re.fullmatch(r"(\w+)\((.*)\)\s+= (.*)", text):
                calls.append(match.groups())
        return calls

    def wait_for(self, what, found, seconds=5.0):
        """The calls, once found(calls) is true of them: strace writes late."""
        wait_until(what, lambda: found(self.calls()), seconds, every=0.1)
        return self.calls()


def is_reply(call):
    """A method return that is sent to the bus: little endian, message type 2, protocol version 1."""
    name, arguments, _ = call
    return name in ("sendmsg", "sendto") and re.search(r"\\x6c\\x02\\x[0-9a-f]{2}\\x01", arguments)


def lab_a_reply_is_sent_only_when_file_and_directory_are_synced(lab):
    rack = Rack(lab)
    rack.configure(POOL)
    trace = Trace(lab, "syncs")
    rack.appliance.start(wrapper=trace.wrapper, seconds=30)
    state = str(rack.appliance.state)

    def position(calls, what, wanted):
        places = [place for place, call in enumerate(calls) if wanted(call)]
        check(f"{what} is in the trace", places, [call[:2] for call in calls])
        return places[0]

    def synced(call, path):
        return call[0] in ("fdatasync", "fsync") and f"<{path}>" in call[1] and call[2] == "0"

    cases = (
        ("the first service of all", lambda: rack.appliance.allocate("default/first"), f"{state}/leases", True),
        ("another service", lambda: rack.appliance.allocate("default/second"), f"{state}/leases", False),
        ("a release", lambda: rack.appliance.bus("ReleaseServices", "as", ["default/first"]), f"{state}/leases", False),
        ("a peer", lambda: rack.appliance.bus("SetBGPPeer", "a{sv}", {
            "PeerAddress": ("s", PEERS[0]), "PeerAsn": ("u", 64512), "SelfAsn": ("u", 64513),
            "SwitchName": ("s", "vSwitch1")}), f"{state}/user.xml.new", True),
        ("the peer's removal", lambda: rack.appliance.bus("RemoveBGPPeer", "ss", "vSwitch1", PEERS[0]),
         f"{state}/user.xml.new", True),
    )
    for what, change, file, new_name in cases:
        before = len(trace.calls())
        time.sleep(0.3)
        before = max(before, len(trace.calls()))
        change()
        calls = trace.wait_for(f"the reply for {what} is in the trace",
                               lambda calls: any(is_reply(call) for call in calls[before:]))[before:]
        reply = position(calls, "the reply", is_reply)
        file_synced = position(calls, f"{what}: the sync of {file}", lambda call: synced(call, file))
        check(f"{what}: the file is synced before the reply is sent", file_synced < reply, calls)
        if new_name:
            directory_synced = position(calls, f"{what}: the sync of the directory", lambda call: synced(call, state))
            check(f"{what}: the directory is synced after the file and before the reply",
                  file_synced < directory_synced < reply, calls)


def lab_a_change_that_the_disk_does_not_take_is_refused_and_undone(lab):
    rack = Rack(lab, "client")
    rack.start(POOL)
    kept = rack.appliance.allocate("default/kept")
    rack.appliance.stop()
    trace = Trace(lab, "failing", "-e", "inject=fdatasync,fsync:error=EIO:when=1+")
    rack.appliance.start(wrapper=trace.wrapper, seconds=30)
    wait_until("the lease is there", lambda: state_of(rack))
    before = state_of(rack)
    check("what was there before is", before == {("service", "default/kept"): kept[0]}, before)
    for what, method, arguments in (
            ("a service", "AllocateService", ("sa{sv}", "default/lost", {})),
            ("a release", "ReleaseServices", ("as", ["default/kept"])),
            ("a peer", "SetBGPPeer", ("a{sv}", {
                "PeerAddress": ("s", PEERS[0]), "PeerAsn": ("u", 64512), "SelfAsn": ("u", 64513),
                "SwitchName": ("s", "vSwitch1")}))):
        try:
            rack.appliance.bus(method, *arguments)
            refused = None
        except BusError as error:
            refused = error
        check(f"{what} is refused with the system's reason", refused and "Input/output error" in refused.message, refused)
        check(f"{what}: nothing has changed", state_of(rack) == before, state_of(rack))
    rack.appliance.kill()
    rack.appliance.start()
    check("nor after a restart", state_of(rack) == before, state_of(rack))
    check("and the disk is used again", rack.appliance.allocate("default/next"))


def lab_a_file_of_leases_that_cannot_be_read_gives_nothing_away(lab):
    """Better no new address than one that the file says is another's."""
    rack = Rack(lab)
    rack.start(POOL)
    kept = rack.appliance.allocate("default/kept")
    rack.appliance.stop()
    leases = rack.appliance.state / "leases"
    for what, spoil, mend in (
            ("a directory", lambda: (leases.rename(leases.with_suffix(".kept")), leases.mkdir()), leases.rmdir),
            ("a pipe", lambda: (leases.rename(leases.with_suffix(".kept")), os.mkfifo(leases)), leases.unlink),
            ("a link", lambda: (leases.rename(leases.with_suffix(".kept")), leases.symlink_to("leases.kept")),
             leases.unlink)):
        spoil()
        rack.appliance.start()
        try:
            given, refused = rack.appliance.allocate("default/new"), ""
        except BusError as error:
            given, refused = None, error.message
        check(f"{what}: a request is refused with the reason", "leases cannot be read" in refused, (given, refused))
        rack.appliance.stop()
        mend()
        leases.with_suffix(".kept").rename(leases)
        rack.appliance.start()
        check(f"{what} taken away, all is as it was", state_of(rack) == {("service", "default/kept"): kept[0]})
        rack.appliance.stop()
