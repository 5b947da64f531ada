"""The harness itself: that its ground carries before the appliance stands on it."""
import os
import signal
import socket
import subprocess

from bus import BusError, Connection, PrivateBus
from harness import Lab, check, wait_until
from peers import Bird, Frr, GoBgp, Neighbor, Route


def lab_two_hosts_see_each_other(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.connect(left, "eth0", right, "eth0")
    left.address("eth0", "10.1.0.1/24", "fd00::1/64")
    right.address("eth0", "10.1.0.2/24", "fd00::2/64")
    check("IPv4 crosses the cable", left.ping("10.1.0.2"))
    check("IPv6 crosses the cable", left.ping("fd00::2"))
    check("an address that is not there does not answer", not left.ping("10.1.0.3", seconds=1))


def lab_a_socket_belongs_to_the_namespace_that_it_was_made_in(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.connect(left, "eth0", right, "eth0")
    left.address("eth0", "10.1.0.1/24")
    right.address("eth0", "10.1.0.2/24")
    server = left.inside(lambda: socket.create_server(("10.1.0.1", 179)))
    client = right.inside(lambda: socket.create_connection(("10.1.0.1", 179), timeout=5))
    check("the other host has called", server.accept()[1][0] == "10.1.0.2")
    client.close()


def lab_routes_cross_between_bird_and_frr_and_gobgp(lab):
    bird_host, frr_host, gobgp_host = lab.namespace("bird"), lab.namespace("frr"), lab.namespace("gobgp")
    lab.segment("segment", (bird_host, "eth0"), (frr_host, "eth0"), (gobgp_host, "eth0"))
    for number, host in enumerate((bird_host, frr_host, gobgp_host), 1):
        host.address("eth0", f"10.1.0.{number}/24")
    bird = Bird(lab, bird_host, 64512, "10.1.0.1", announce=["10.9.1.0/24"], kernel=True,
                neighbors=[Neighbor("10.1.0.2", 64513), Neighbor("10.1.0.3", 4200000001)]).start()
    frr = Frr(lab, frr_host, 64513, "10.1.0.2", [Neighbor("10.1.0.1", 64512)], announce=["10.9.2.0/24"]).start()
    gobgp = GoBgp(lab, gobgp_host, 4200000001, "10.1.0.3", [Neighbor("10.1.0.1", 64512, hold_time=15)],
                  announce=["10.9.3.0/24"]).start()
    bird.wait_established("10.1.0.2").wait_established("10.1.0.3")
    frr.wait_established("10.1.0.1")
    gobgp.wait_established("10.1.0.1")
    check("FRR has BIRD's route", frr.wait_route("10.9.1.0/24") == Route("10.1.0.1", (64512,)), frr.routes())
    check("GoBGP has BIRD's route", gobgp.wait_route("10.9.1.0/24") == Route("10.1.0.1", (64512,)), gobgp.routes())
    check("BIRD has FRR's route", bird.wait_route("10.9.2.0/24") == Route("10.1.0.2", (64513,)), bird.routes())
    check("BIRD has GoBGP's", bird.wait_route("10.9.3.0/24") == Route("10.1.0.3", (4200000001,)), bird.routes())
    check("BIRD's own is not among those it received", "10.9.1.0/24" not in bird.routes(), bird.routes())
    check("BIRD counts both", bird.count() == 2, bird.count())
    check("BIRD forwards by them", any(route["dst"] == "10.9.2.0/24" for route in bird_host.ip("route", "show")))
    frr.stop()
    bird.wait_no_route("10.9.2.0/24")
    check("BIRD says why", "eceived" in bird.last_error("10.1.0.2"), bird.last_error("10.1.0.2"))


def lab_a_private_bus_has_the_rules_of_the_system(lab):
    policy = lab.directory / "policy.conf"
    policy.write_text('<busconfig><policy user="root"><allow own="org.portreeve.Portreeve1"/></policy></busconfig>')
    bus = PrivateBus(lab, policy=policy).start()
    connection = Connection(bus.address)
    daemon = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
    check("it knows its own name", connection.call(*daemon, "NameHasOwner", "s", "org.freedesktop.DBus") == [True])
    check("root may own the appliance's name",
          connection.call(*daemon, "RequestName", "su", "org.portreeve.Portreeve1", 0) == [1])
    try:
        connection.call(*daemon, "RequestName", "su", "org.example.Other", 0)
        check("nobody may own another", False)
    except BusError as error:
        check("nobody may own another", error.name == "org.freedesktop.DBus.Error.AccessDenied", error)


def lab_what_is_left_over_is_named_and_removed(_):
    inner = Lab("inner")
    host = inner.namespace("host")
    stray = subprocess.Popen(host.command("sleep", "60"))
    wait_until("it has entered the namespace", lambda: _pids(host))
    leftovers = inner.close()
    check("the stray process is named", len(leftovers) == 1 and "sleep 60" in leftovers[0], leftovers)
    check("and ended", stray.wait(5) == -signal.SIGKILL)
    check("the namespace is gone", not any(name.startswith(inner.prefix) for name in os.listdir("/run/netns")))
    check("and so is the folder", not inner.directory.exists())


def _pids(host):
    return subprocess.run(["ip", "netns", "pids", host.full_name], capture_output=True, check=True).stdout
