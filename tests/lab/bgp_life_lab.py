"""The life of sessions: hold time, stopping and dying, changes to one peer beside others, and coming back."""
import struct
import time

import hostile_peers as hostile
from appliance import peer, pool, service
from bgp_speaker import KEEPALIVE, NOTIFICATION, OPEN, UPDATE, Honest, Speaker, message, open_message
from harness import check, never, wait_until, waits
from peers import Bird, Neighbor
from rack import Rack, SELF

SERVICES = (pool("10.126.77.200-10.126.77.220"), service("default/a"), service("default/b"))
ROUTES = {"10.126.77.200/32", "10.126.77.201/32"}


def code_of(notification):
    return tuple(notification.body[:2])


def place(rack, **behaviours):
    """A speaker at the address of each host named."""
    return {host: Speaker(rack.hosts[host], rack.addresses[host], behaviour) for host, behaviour in behaviours.items()}


@waits
def lab_a_peer_that_falls_silent_is_dropped_when_the_negotiated_hold_time_ends(lab):
    # What the appliance was told, and what the peer offers: the smaller counts.
    times = {"both": (15, 15), "ours": (15, 90), "its": (90, 15), "least": (90, 3)}
    rack = Rack(lab, *times)
    speakers = place(rack, **{host: Honest(64512, hold_time=offered, keepalives=False)
                              for host, (_, offered) in times.items()})
    rack.start(*SERVICES, *(peer(rack.addresses[host], 64512, 64513, hold_time=told)
                            for host, (told, _) in times.items()))
    for host, (told, offered) in times.items():
        session = speakers[host].session()
        hold_time = min(told, offered)
        check(f"the OPEN to '{host}' carries the configured hold time",
              struct.unpack_from("!H", session.wait_for(OPEN).body, 3)[0] == told)
        wait_until("the negotiated one is shown", lambda: hold_time > 3 or len(speakers[host].established()) > 1 or
                   rack.peer(rack.addresses[host])["NegotiatedHoldTime"] == hold_time)
    for host, (told, offered) in times.items():
        session, hold_time = speakers[host].established()[0], min(told, offered)
        end = session.wait_for(NOTIFICATION, hold_time + 5)
        check(f"'{host}' is told that its hold time expired", code_of(end) == (4, 0), end)
        waited = end.when - session.established
        check(f"'{host}' is dropped after {hold_time} s", hold_time - 0.5 <= waited <= hold_time + 1, f"{waited:.2f} s")
        session.wait_ended()
        check_keepalives(session, hold_time, end.when)
    ended = wait_until("D-Bus says what happened", lambda: (
        shown if (shown := rack.peer(rack.addresses["both"]))["LastError"] else None))
    said = {key: value for key, value in ended.items() if "LastError" in key}
    check("which is that", "hold timer expired" in said["LastError"].lower() and said["LastErrorSent"], said)


def check_keepalives(session, hold_time, end):
    """RFC 4271 section 4.4: a third of the hold time apart; section 10: jitter makes that 0.75 to 1 of it."""
    times = [keepalive.when for keepalive in session.of_kind(KEEPALIVE)] + [end]
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    check("keepalives come in time", gaps and max(gaps) <= hold_time / 3 + 0.5, gaps)
    check("and not all the time", min(gaps[:-1], default=hold_time) >= hold_time / 3 * 0.75 - 0.2, gaps)


@waits
def lab_a_session_with_hold_time_zero_stays_without_a_keepalive(lab):
    rack = Rack(lab, "router")
    router = place(rack, router=Honest(64512, hold_time=0))["router"]
    rack.start(*SERVICES, peer(rack.addresses["router"], 64512, 64513, hold_time=30))
    session = router.session()
    never("it ends", lambda: session.ended, 12)
    check("one KEEPALIVE opens it, no other comes", len(session.of_kind(KEEPALIVE)) == 1)
    check("D-Bus says so", rack.peer(rack.addresses["router"])["NegotiatedHoldTime"] == 0)


def lab_a_peer_counts_as_up_only_once_its_keepalive_came(lab):
    rack = Rack(lab, "router")

    def open_and_no_more(session):
        session.send(open_message(64512, 90, rack.addresses["router"]))
        session.read_on()
    router = place(rack, router=open_and_no_more)["router"]
    rack.start(*SERVICES, peer(rack.addresses["router"], 64512, 64513))
    wait_until("it has our KEEPALIVE", lambda: router.sessions and router.sessions[0].of_kind(KEEPALIVE))
    session = router.sessions[0]
    wait_until("its OPEN is confirmed", lambda: rack.peer(rack.addresses["router"])["State"] == "OpenConfirm")
    check("layer 2 answers on", rack.switch()["AnnouncementMode"] == "Layer2, waiting for BGP", rack.switch())
    never("a route is announced to it", lambda: session.of_kind(UPDATE), 1)
    session.send(message(KEEPALIVE))
    wait_until("then it is up", lambda: rack.peer(rack.addresses["router"])["State"] == "Established")
    wait_until("it has the routes", lambda: session.routes == ROUTES)
    wait_until("and BGP is what announces", lambda: rack.switch()["AnnouncementMode"] == "BGP")


def lab_stopping_the_appliance_withdraws_its_routes_and_takes_leave(lab):
    rack = Rack(lab, "tor", "router")
    # Passive, so that no attempt of its own hides how the session ended.
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"], [Neighbor(SELF, 64513, passive=True)]).start()
    router = place(rack, router=Honest(64512))["router"]
    rack.start(*SERVICES, *(peer(address, 64512, 64513) for address in rack.addresses.values()))
    session = router.session()
    wait_until("both routers have the routes", lambda: session.routes == ROUTES and set(bird.routes()) == ROUTES)

    start = time.monotonic()
    rack.appliance.stop()
    check("it ends at once", time.monotonic() - start < 3, f"{time.monotonic() - start:.1f} s")
    session.wait_ended()
    check("everything is withdrawn", sorted(session.withdrawn) == sorted(ROUTES), session.withdrawn)
    last = session.messages[-1]
    check("and then comes Cease, administrative shutdown", last.kind == NOTIFICATION and code_of(last) == (6, 2), last)
    check("which BIRD has read, with the reason in words", bird.last_error(SELF) ==
          "Received: Administrative shutdown Portreeve is stopping", bird.last_error(SELF))
    check("the routes are gone from BIRD", not bird.routes(), bird.routes())


@waits
def lab_routes_of_a_killed_appliance_are_gone_at_once_or_when_the_hold_time_ends(lab):
    near, far = Rack(lab, "near", name="one"), Rack(lab, "far", name="two")
    birds = {}
    for rack, host in ((near, "near"), (far, "far")):
        birds[host] = Bird(lab, rack.hosts[host], 64512, rack.addresses[host],
                           [Neighbor(SELF, 64513, 9, passive=True)]).start()
        rack.start(*SERVICES, peer(rack.addresses[host], 64512, 64513, hold_time=9))
    for bird in birds.values():
        wait_until("BIRD has the routes", lambda: set(bird.routes()) == ROUTES, 20)

    # The kernel closes the connection of the one; of the other nobody hears any more.
    near.appliance.kill()
    far.cut()
    far.appliance.kill()
    start = time.monotonic()
    wait_until("the routes of the one are gone", lambda: not birds["near"].routes(), 3)
    never("those of the other go before", lambda: not birds["far"].routes(), 3.5 - (time.monotonic() - start))
    wait_until("those of the other are gone when the hold time ends", lambda: not birds["far"].routes(), 9)
    check("BIRD's hold timer did it", "Hold timer expired" in birds["far"].last_error(SELF),
          birds["far"].last_error(SELF))


def lab_changing_one_peer_disturbs_no_other(lab):
    rack = Rack(lab, "steady", "changed", "added")
    speakers = place(rack, **{host: Honest(64512) for host in rack.hosts})
    address = rack.addresses
    rack.start(*SERVICES, peer(address["steady"], 64512, 64513))
    set_peer(rack, "changed", HoldTimeInSeconds=("u", 30))
    steady, changed = speakers["steady"].session(), speakers["changed"].session()
    wait_until("both have the routes", lambda: steady.routes == ROUTES and changed.routes == ROUTES)
    before = {host: lasting(rack.peer(address[host])) for host in ("steady", "changed")}

    # Nothing changed: nothing happens.
    set_peer(rack, "changed", HoldTimeInSeconds=("u", 30))
    rack.appliance.bus("Reload")
    rack.configure(*SERVICES, peer(address["steady"], 64512, 64513, hold_time=90))  # what was the default, in words
    rack.appliance.bus("Reload")
    never("a session ends for nothing", lambda: steady.ended or changed.ended, 1)
    check("the appliance says so too",
          before == {host: lasting(rack.peer(address[host])) for host in ("steady", "changed")})

    # The hold time is part of the OPEN: that session has to begin again, with the reason and the new time in words.
    set_peer(rack, "changed", HoldTimeInSeconds=("u", 60))
    changed.wait_ended()
    check("it is told why", code_of(changed.messages[-1]) == (6, 6), changed.messages[-1])
    again = speakers["changed"].session(number=2)
    check("and offered the new hold time", struct.unpack_from("!H", again.wait_for(OPEN).body, 3)[0] == 60)
    wait_until("it has the routes again", lambda: again.routes == ROUTES)

    set_peer(rack, "added")
    added = speakers["added"].session()
    wait_until("the new one has the routes", lambda: added.routes == ROUTES)
    rack.appliance.bus("RemoveBGPPeer", "ss", "vSwitch1", address["added"])
    added.wait_ended()
    check("it is told that it is no peer any more", code_of(added.messages[-1]) == (6, 3), added.messages[-1])
    check("it is gone from D-Bus", not rack.peer(address["added"]))

    check("the steady one never felt it", not steady.ended and len(speakers["steady"].sessions) == 1)
    check("and the appliance never thought so", before["steady"] == lasting(rack.peer(address["steady"])))


def set_peer(rack, host, **more):
    rack.appliance.bus("SetBGPPeer", "a{sv}", {
        "PeerAddress": ("s", rack.addresses[host]), "PeerAsn": ("u", 64512), "SelfAsn": ("u", 64513),
        "SwitchName": ("s", "vSwitch1"), **more})


def lasting(shown):
    """What stays as it is as long as the session does."""
    keys = ("State", "SinceUSec", "EstablishedCount", "NegotiatedHoldTime", "LastErrorUSec")
    return {key: shown[key] for key in keys}


@waits
def lab_a_refused_peer_is_tried_ever_more_rarely_and_at_once_when_the_link_comes_up(lab):
    rack = Rack(lab, "one", "two")
    watches = {host: hostile.SynWatch(namespace, "eth0") for host, namespace in rack.hosts.items()}
    # The switch stands before the peers come, for its link coming up cuts waiting short.
    rack.start()
    wait_until("the switch works", lambda: rack.hosts["one"].ping(SELF) and rack.switch()["Status"] == "Up")
    for host in rack.hosts:
        set_peer(rack, host)

    def attempts(host):
        return watches[host].seen.get(rack.addresses[host], [])

    wait_until("five attempts at each", lambda: all(len(attempts(host)) >= 5 for host in watches), 25)
    gaps = {host: [later - earlier for earlier, later in zip(attempts(host), attempts(host)[1:5], strict=False)]
            for host in watches}
    for host, seen in gaps.items():
        for wanted, gap in zip((1, 2, 4, 8), seen, strict=True):
            check(f"attempts at '{host}' are 1, 2, 4 and 8 s apart, with jitter",
                  wanted * 0.7 <= gap <= wanted * 1.3 + 0.3, seen)
    check("the two are not tried in step", any(abs(one - two) > 0.002 for one, two in zip(*gaps.values(), strict=True)),
          gaps)

    rack.cut()
    time.sleep(1)
    before = {host: len(attempts(host)) for host in watches}
    rack.mend()
    # Else it would take another 10 s; the kernel's first question for the neighbour may get lost, the next comes 1 s later.
    wait_until("both are tried at once", lambda: all(len(attempts(host)) > before[host] for host in watches), 4)
    counts = {host: len(attempts(host)) for host in watches}
    never("the back-off began again at 1 s", lambda: any(len(attempts(host)) > counts[host] + 1 for host in watches), 5)


def lab_a_session_that_lived_comes_back_within_seconds(lab):
    rack = Rack(lab, "tor")
    bird = Bird(lab, rack.hosts["tor"], 64512, rack.addresses["tor"], [Neighbor(SELF, 64513, passive=True)]).start()
    rack.start(*SERVICES, peer(rack.addresses["tor"], 64512, 64513))
    wait_until("BIRD has the routes", lambda: set(bird.routes()) == ROUTES, 20)
    bird.birdc("restart", bird.session(SELF))
    wait_until("the session came back", lambda: rack.peer(rack.addresses["tor"])["EstablishedCount"] == 2)
    wait_until("and the routes", lambda: set(bird.routes()) == ROUTES)
    shown = rack.peer(rack.addresses["tor"])
    check("the appliance remembers how it ended", shown["LastErrorCode"] == 6 and not shown["LastErrorSent"] and
          shown["LastError"], shown)
