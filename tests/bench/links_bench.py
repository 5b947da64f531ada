"""A thousand links and two hundred switches: found, made, left alone, and adopted by the next start. `ip` is given the
same to read and to make, in the same run."""
import time

from appliance import NAME, Appliance, document, switch
from bus import Connection
from configuration_bench import SWITCHES, address_of, apply, made_by_ip, timed, with_ports
from figures import Figure
from harness import check
from subjects import STAMP, cpu_time

PAIRS = 500
IDLE = 30.0
SETTLE = 3.0  # seconds until what was begun is over


class Started:
    """The appliance's starts, by the time from its execution."""

    def __init__(self, lab, appliance):
        self.appliance = appliance
        self.file = lab.directory / "executed"
        self.names = Connection(appliance.private_bus.address)
        self.names.subscribe(f"type='signal',member='NameOwnerChanged',arg0='{NAME}'")

    def once(self):
        """Milliseconds to READY, and to its D-Bus name."""
        apart = time.time_ns() - time.monotonic_ns()
        self.appliance.start(wrapper=["bash", "-c", STAMP, self.file], wait=False)
        while not self.appliance.notify.ready():
            check("the appliance runs", self.appliance.process.running())
            time.sleep(0.0005)
        ready = time.monotonic_ns()
        self.names.signal("NameOwnerChanged")
        named = time.monotonic_ns()
        executed = round(float(self.file.read_text(encoding="ascii")) * 1e9) - apart
        return (ready - executed) / 1e6, (named - executed) / 1e6

    def stop(self):
        self.appliance.stop()
        self.names.signal("NameOwnerChanged")


def shown_by_ip(namespace):
    return timed(lambda: namespace.run("sh", "-c", "ip -details link show >/dev/null && ip address show >/dev/null"))


def indexes(namespace):
    return {name: (link["ifindex"], link.get("master")) for name, link in namespace.links().items()}


def bench_thousand_links(lab, rounds):
    namespace = with_ports(lab, "links", PAIRS)
    appliance = Appliance(lab, namespace)
    started = Started(lab, appliance)
    by_ip, ready, shown, idle = [], [], [], []
    for _ in range(rounds):
        by_ip.append(shown_by_ip(namespace))
        ready.append(started.once()[0])
        shown.append(timed(lambda: check("all are shown", len(appliance.of_interface("Port")) == 2 * PAIRS)))
        started.stop()
    started.once()
    theirs = made_by_ip(lab, "ip", PAIRS)
    text = document(*(switch(f"s{number}", f"Port{number}", f"p{number}", address_of(number))
                      for number in range(SWITCHES)))
    ours = timed(lambda: apply(appliance, text))
    check("all are there", sum(name.startswith("s") for name in namespace.links()) == SWITCHES)
    time.sleep(SETTLE)
    before = cpu_time([appliance.process.pid])
    time.sleep(IDLE)
    idle.append((cpu_time([appliance.process.pid]) - before) / 1e6)

    adopted, named, said = [], [], []
    stood = indexes(namespace)
    for number in range(rounds):
        started.stop()
        time.sleep(SETTLE)
        monitor = lab.start(f"monitor{number}", namespace.command("ip", "-o", "monitor", "link", "address", "route"))
        time.sleep(0.5)
        times = started.once()
        adopted.append(times[0])
        named.append(times[1])
        check("a restart has nothing to do", appliance.shell("Test-DscConfiguration") == "True\n")
        time.sleep(1)
        monitor.stop()
        said.append(len(monitor.log().splitlines()))
        check("every link is the same one", indexes(namespace) == stood)
    started.stop()
    check("the kernel told of no change", said == [0] * rounds, said)
    read = Figure("ip: 1,000 links and addresses shown", "ms", by_ip)
    made = Figure("ip: 200 switches made among 1,000 links", "ms", [theirs])
    return [read, Figure("portreeve: exec to READY, 1,000 links found", "ms", ready, read),
            Figure("portreeve: 1,000 ports shown on D-Bus", "ms", shown),
            made, Figure("portreeve: 200 switches made among 1,000 links", "ms", [ours], made),
            Figure("portreeve: processor time over 30 idle s, all of them", "ms", idle),
            Figure("portreeve: exec to READY, 200 switches adopted", "ms", adopted, read),
            Figure("portreeve: exec to D-Bus name, 200 switches adopted", "ms", named, read),
            Figure("portreeve: what the kernel told meanwhile", "", said)]
