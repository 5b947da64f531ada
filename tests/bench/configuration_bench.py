"""Documents of ten thousand resources, and two hundred switches made beside `ip -batch`."""
import time

from appliance import Appliance, document, element, pool, service, switch
from figures import Figure
from harness import check
from rack import resident_memory
from turns import Turns

RESOURCES = 10000
SWITCHES = 200
MANAGER = ("/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager")


def large_document():
    """A pool, and as many services as make it ten thousand."""
    addresses = [f"10.{64 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(RESOURCES - 2)]
    return document(pool("10.64.0.0-10.64.255.255"),
                    *(service(f"default/web{number}", address=address) for number, address in enumerate(addresses)),
                    element("BFDProfile", Name="fast"))


def timed(call):
    began = time.monotonic_ns()
    call()
    return (time.monotonic_ns() - began) / 1e6


def turns_of(lab, pid, call):
    """The longest turns of the event loop meanwhile, apart from the time that it takes: to trace costs some."""
    with Turns(lab, pid) as turns:
        call()
    return turns.longest


def apply(appliance, text):
    """From the call to the end of its job."""
    connection = appliance.connection
    connection.subscribe("type='signal',member='Finished'")
    appliance.bus("Apply", "sa{sv}", text, {}, seconds=120)
    ended = connection.signal("Finished", seconds=120)
    check("it is done", ended.arguments == ["Done"], ended.arguments)


def peak_memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM:")))


def forget_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def bench_large_document(lab, rounds):
    """Asked over D-Bus, with the way there and back: validated; applied; planned with nothing to do."""
    namespace, other = lab.namespace("large"), lab.namespace("far")
    lab.connect(namespace, "eth1", other, "eth0")
    appliance = Appliance(lab, namespace)
    appliance.write_drop_in("10-lab.xml", document(switch()))
    appliance.start()
    text = large_document()
    empty = document()
    pid = appliance.process.pid
    took = {"validated": [], "planned with nothing to do": []}
    turns = {"validated": [], "applied": [], "planned with nothing to do": [], "removed": []}
    peaks, kept = [], []

    def validate():
        faults = appliance.bus("Validate", "s", text, seconds=120)
        check("the document is valid", not faults, faults)

    def plan():
        answer = appliance.bus("WhatIf", "s", text, seconds=120)
        check("there is nothing to do", answer == [[], ""], str(answer)[:500])

    for _ in range(rounds):
        time.sleep(2.5)
        before = resident_memory(pid)
        forget_peak(pid)
        took["validated"].append(timed(validate))
        peaks.append((peak_memory(pid) - before) * 1024 / len(text))
        time.sleep(2.5)
        kept.append(resident_memory(pid) - before)
        turns["validated"].append(turns_of(lab, pid, validate))
    for _ in range(rounds):
        turns["applied"].append(turns_of(lab, pid, lambda: apply(appliance, text)))
        time.sleep(2.5)
        took["planned with nothing to do"].append(timed(plan))
        turns["planned with nothing to do"].append(turns_of(lab, pid, plan))
        turns["removed"].append(turns_of(lab, pid, lambda: apply(appliance, empty)))
    what = "portreeve: 10,000 resources"
    return [*(Figure(f"{what}, {how}", "ms", values) for how, values in took.items()),
            *(Figure(f"{what}, {how}: longest turn, {part}", "ms", [one[part] for one in longest])
              for how, longest in turns.items() for part in ("held", "at work")),
            Figure(f"{what}, validated: most memory, in documents", "", peaks),
            Figure(f"{what}, validated: memory kept", "KiB", kept)]


def bench_two_hundred_switches(lab, rounds):
    """Each with a port and an address. `ip -batch` is given the same links, addresses and settings, `sysctl -p` the
    same values below /proc/sys."""
    ours, theirs, turns = [], [], []
    for number in range(rounds):
        theirs.append(made_by_ip(lab, f"ip{number}"))
        ours.append(made_by_portreeve(lab, f"portreeve{number}", lambda _, call: timed(call)))
        turns.append(made_by_portreeve(lab, f"traced{number}", lambda pid, call: turns_of(lab, pid, call)))
    beside = Figure("ip: 200 switches made", "ms", theirs)
    what = "portreeve: 200 switches made"
    return [beside, Figure(what, "ms", ours, beside),
            *(Figure(f"{what}: longest turn, {part}", "ms", [one[part] for one in turns])
              for part in ("held", "at work"))]


def with_ports(lab, name, pairs=SWITCHES):
    namespace = lab.namespace(name)
    batch = "".join(f"link add p{number} type veth peer name q{number}\nlink set q{number} up\n"
                    for number in range(pairs))
    run_batch(namespace, lab.directory / f"{name}-ports", batch)
    return namespace


def run_batch(namespace, file, text):
    file.write_text(text, encoding="ascii")
    namespace.run("ip", "-batch", file, seconds=120)


def address_of(number):
    return f"10.{100 + number // 100}.{number % 100}.1/24"


def made_by_ip(lab, name, pairs=SWITCHES):
    namespace = with_ports(lab, name, pairs)
    lines, settings = [], []
    for number in range(SWITCHES):
        bridge, port = f"s{number}", f"p{number}"
        lines += [f"link add {bridge} address 02:00:00:00:{number // 256:02x}:{number % 256:02x} group 1886549110 "
                  "type bridge stp_state 0 mcast_snooping 0 forward_delay 0",
                  f"link set {bridge} up", f"link set {port} alias Port{number}", f"link set {port} master {bridge}",
                  f"link set {port} up", f"address add {address_of(number)} dev {bridge}"]
        settings += [f"net.ipv4.conf.{bridge}.arp_ignore=1", f"net.ipv4.conf.{bridge}.arp_announce=2",
                     f"net.ipv4.conf.{bridge}.promote_secondaries=1", f"net.ipv6.conf.{bridge}.accept_ra=0",
                     f"net.ipv6.conf.{port}.disable_ipv6=1"]
    values = lab.directory / f"{name}-values"
    values.write_text("\n".join(settings) + "\n", encoding="ascii")
    batch = lab.directory / f"{name}-batch"
    batch.write_text("\n".join(lines) + "\n", encoding="ascii")
    began = time.monotonic_ns()
    namespace.run("sh", "-c", f"ip -batch {batch} && sysctl -q -p {values}", seconds=120)
    taken = (time.monotonic_ns() - began) / 1e6
    check("all are there", sum(link.startswith("s") for link in namespace.links()) == SWITCHES)
    return taken


def made_by_portreeve(lab, name, measured):
    """What `measured` says of the call of Apply, to the end of its job."""
    namespace = with_ports(lab, name)
    appliance = Appliance(lab, namespace, name=name)
    appliance.start()
    text = document(*(switch(f"s{number}", f"Port{number}", f"p{number}", address_of(number))
                      for number in range(SWITCHES)))
    found = measured(appliance.process.pid, lambda: apply(appliance, text))
    check("all are there", sum(link.startswith("s") for link in namespace.links()) == SWITCHES)
    appliance.stop()
    return found
