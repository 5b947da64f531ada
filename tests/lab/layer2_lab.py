"""Layer-2 mode against arping, a sniffer, another claimant and BIRD."""
import threading
import time

from appliance import pool, service
from arp import Listener, arping, claim, probe
from harness import check, never, serial, wait_until, waits
from peers import Bird, Neighbor
from rack import Rack, SELF
from switch_lab import Pings

POOL = pool("10.126.77.200-10.126.77.220")
VIP = "10.126.77.205"
STRANGER = "02:00:00:00:00:99"


def switch_mac(rack):
    return rack.namespace.links()["vSwitch1"]["address"]


def mode(rack):
    return rack.switch().get("AnnouncementMode")


def set_peer(rack):
    rack.appliance.bus("SetBGPPeer", "a{sv}", {
        "PeerAddress": ("s", rack.addresses["tor"]), "PeerAsn": ("u", 64512), "SelfAsn": ("u", 64513),
        "SwitchName": ("s", "vSwitch1"), "HoldTimeInSeconds": ("u", 15)})


def remove_peer(rack):
    rack.appliance.bus("RemoveBGPPeer", "ss", "vSwitch1", rack.addresses["tor"])


def lab_arping_is_answered_for_each_service_address_by_one_mac_and_for_no_other(lab):
    rack = Rack(lab, "client")
    client = rack.hosts["client"]
    rack.start(POOL, service("default/web", address=VIP))
    given = rack.allocate_many([f"default/service-{number}" for number in range(4)])
    for address in [VIP, *given.values()]:
        answers = arping(client, address)
        check(f"{address} is answered for, each time once, by the switch", answers == [switch_mac(rack)] * 3, answers)
    for address in ("10.126.77.204", "10.126.77.220", "10.126.77.199", "10.126.77.30"):
        check(f"{address} is not", not arping(client, address))
    check("the host's own address is its own", arping(client, SELF) == [switch_mac(rack)] * 3)

    released = given["default/service-2"]
    rack.release(["default/service-2"])
    check("a released address is not answered for any more", not arping(client, released))
    check("the others are", arping(client, VIP) == [switch_mac(rack)] * 3)


def lab_a_service_is_reached_where_no_address_or_route_was_made_by_hand(lab):
    rack = Rack(lab, "client")
    rack.start(POOL, service("default/web", address=VIP))
    wait_until("its pings are answered", lambda: rack.hosts["client"].ping(VIP, count=20))
    check("its address stands on lo", f"{VIP}/32" in rack.namespace.addresses("lo"), rack.namespace.addresses("lo"))


@waits
def lab_a_new_address_is_announced_for_five_seconds_and_then_no_more(lab):
    rack = Rack(lab, "client")
    rack.start(POOL)
    # When its link comes up, a switch announces again.
    wait_until("the switch is up", lambda: rack.switch("vSwitch1").get("Status") == "Up")
    listener = Listener(lab, rack.hosts["client"])
    address = rack.appliance.allocate("default/web")[0]
    time.sleep(8)
    seen = listener.announcements(address)
    check("five rounds, each as request and as reply, to all",
          [(frame.operation, frame.destination) for frame in seen] == [(1, "ff:ff:ff:ff:ff:ff"), (2, "ff:ff:ff:ff:ff:ff")] * 5,
          seen)
    check("by the switch's MAC", {frame.sender_mac for frame in seen} == {switch_mac(rack)}, seen)
    rounds = [frame.when for frame in seen[::2]]
    gaps = [after - before for before, after in zip(rounds, rounds[1:])]
    check("no two of them within a second", all(0.95 <= gap < 3.0 for gap in gaps), gaps)

    rack.cut()
    time.sleep(2)
    rack.mend()
    wait_until("it is announced again when the link returns",
               lambda: len(listener.announcements(address)) > len(seen), 3)


def lab_two_thousand_addresses_are_announced_without_a_flood(lab):
    rack = Rack(lab, "client")
    rack.start(pool("10.200.0.0-10.200.7.255"))
    listener = Listener(lab, rack.hosts["client"])
    given = rack.allocate_many([f"default/service-{number}" for number in range(2000)])
    wait_until("each is announced", lambda: len({frame.sender for frame in list(listener.frames)
                                                 if frame.sender == frame.target}) == len(given), 10)
    times = sorted(frame.when for frame in listener.frames if frame.sender == frame.target)
    most = max(sum(start <= when < start + 0.1 for when in times[index:index + 3000])
               for index, start in enumerate(times[:4000:40]))
    check("at most some 1300 frames in 100 ms", most <= 1500, most)


def lab_a_probe_is_answered_and_a_claim_is_reported_and_defended_once(lab):
    rack = Rack(lab, "client")
    client = rack.hosts["client"]
    rack.start(POOL, service("default/web", address=VIP))
    time.sleep(5.5)  # its own announcements are over
    listener = Listener(lab, client)
    probe(client, VIP, STRANGER)
    wait_until("the probe is answered to its sender",
               lambda: [frame for frame in list(listener.frames) if frame.operation == 2 and
                        (frame.sender, frame.target, frame.target_mac) == (VIP, "0.0.0.0", STRANGER)], 2)
    for _ in range(5):
        claim(client, VIP, STRANGER)
        time.sleep(0.05)
    wait_until("the claimant is named in the log", lambda: f"{STRANGER} claims {VIP}" in rack.appliance.log(), 2)
    time.sleep(0.5)
    ours = [frame for frame in listener.announcements(VIP) if frame.sender_mac == switch_mac(rack)]
    check("one announcement defends it", len(ours) == 1, ours)
    check("the log has one line", rack.appliance.log().count(" claims ") == 1, rack.appliance.log())
    check("and it is answered for on", arping(client, VIP) == [switch_mac(rack)] * 3)


class Forgetful:
    """Makes a host forget the MAC of an address again and again, so that every gap in answers shows."""

    def __init__(self, lab, namespace, address):
        self._namespace, self._address = namespace, address
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._forget, daemon=True)
        self._thread.start()
        lab.at_end(self.stop)

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _forget(self):
        while not self._ended.wait(0.05):
            self._namespace.run("ip", "neigh", "del", self._address, "dev", "eth0", expect=None)


@serial
def lab_a_change_of_modes_loses_no_more_than_one_ping_in_either_direction(lab):
    rack = Rack(lab, "tor")
    tor = rack.hosts["tor"]
    Bird(lab, tor, 64512, rack.addresses["tor"], [Neighbor(SELF, 64513, 15)], kernel=True).start()
    rack.start(POOL, service("default/web", address=VIP))
    check("without a peer the mode is Layer2", mode(rack) == "Layer2", mode(rack))
    wait_until("the service is reached", lambda: tor.ping(VIP))
    Forgetful(lab, tor, VIP)

    pings = Pings(lab, tor, VIP)
    set_peer(rack)
    wait_until("the mode is BGP", lambda: mode(rack) == "BGP", 30)
    time.sleep(1)
    check("BGP mode answers no ARP", not arping(tor, VIP))
    sent, lost = pings.stop()
    check(f"of {sent} pings no more than one was lost on the way to BGP", len(lost) <= 1, lost)

    pings = Pings(lab, tor, VIP)
    remove_peer(rack)
    check("the mode is Layer2 again", mode(rack) == "Layer2", mode(rack))
    time.sleep(1)
    check("ARP is answered", set(arping(tor, VIP)) == {switch_mac(rack)})
    sent, lost = pings.stop()
    check(f"of {sent} pings no more than one was lost on the way back", len(lost) <= 1, lost)


def lab_layer_2_answers_until_the_first_session_stands_and_does_not_return_when_it_is_lost(lab):
    rack = Rack(lab, "tor")
    tor = rack.hosts["tor"]
    bird = Bird(lab, tor, 64512, rack.addresses["tor"], [Neighbor(SELF, 64513, 15)])
    rack.start(POOL, service("default/web", address=VIP))
    set_peer(rack)
    check("it waits for BGP", mode(rack) == "Layer2, waiting for BGP", mode(rack))
    check("and answers meanwhile", arping(tor, VIP) == [switch_mac(rack)] * 3)
    bird.start()
    wait_until("the mode is BGP", lambda: mode(rack) == "BGP", 30)
    check("the router has the route by then", f"{VIP}/32" in bird.routes(), bird.routes())
    check("no ARP is answered", not arping(tor, VIP))

    bird.stop()
    wait_until("no one announces it", lambda: mode(rack) == "NoAnnouncer", 10)
    never("layer 2 returns", lambda: arping(tor, VIP, count=1), 2)
    remove_peer(rack)
    check("it returns when no peer is named", arping(tor, VIP) == [switch_mac(rack)] * 3)
