"""Whole configurations: all of one or none of it, confirmed or taken back, watched or put right."""
from appliance import Appliance, bgp_speaker, document, element, peer, pool, switch
from harness import check, wait_until
from rack import Rack, SELF

JOB = "org.portreeve.Portreeve1.Job"
MANAGER = ("/org/portreeve/Portreeve1", "org.portreeve.Portreeve1.Manager")


def apply(rack, *resources, timeout=None):
    """Applies them as the user layer: the properties of the job when it has ended."""
    options = {} if timeout is None else {"ConfirmTimeoutInSeconds": ("u", timeout)}
    job = rack.appliance.bus("Apply", "sa{sv}", document(*resources), options)
    ended = []

    def has_ended():
        ended[:] = [rack.appliance.properties(job, JOB)]
        return ended[0]["State"] == "Finished"

    wait_until("the job ends", has_ended)
    return ended[0]


def state(rack):
    return rack.appliance.properties(*MANAGER)


def outcomes(rack):
    """[(source, outcome)], newest first."""
    listed = rack.appliance.bus("ListConfigurations")
    return [(record["Source"], record["Outcome"]) for record in reversed(listed)]


def pools(rack):
    return {shown["Name"] for shown in rack.appliance.of_interface("IPAddressPool").values()}


def numbered_pools(count, first=0):
    return [pool(f"10.{100 + number}.0.1-10.{100 + number}.0.9", f"pool{number}")
            for number in range(first, first + count)]


def lab_a_failure_in_the_middle_of_fifty_operations_undoes_all_of_them(lab):
    rack = Rack(lab)
    rack.start()
    check("a first configuration is applied", apply(rack, pool("10.1.0.1-10.1.0.9", "old"))["Result"] == "Done")
    # Where Portreeve is to listen somebody else does.
    rack.namespace.start("squatter", "python3", "-c", "import socket, time\n"
                         f"s = socket.socket(); s.bind(('{SELF}', 1790)); s.listen(); print('on', flush=True)\n"
                         "time.sleep(600)")
    wait_until("the port is taken", lambda: ":1790" in rack.namespace.run("ss", "-Hltn").stdout)
    peers = [peer(f"10.126.77.{number}", 64512, 64513) for number in range(150, 174)]
    job = apply(rack, *numbered_pools(25), bgp_speaker(ListenAddress=SELF, ListenPort=1790), *peers)
    check("the job failed", job["Result"] == "Failed", job)
    check("it says what failed and why", "[BGPSpeaker]vSwitch1" in job["Text"] and "in use" in job["Text"], job)
    check("and what was undone", "undone: pool pool24: remove" in job["Text"] and "and 16 more" in job["Text"], job)
    check("the previous configuration stands", pools(rack) == {"old"}, pools(rack))
    check("no peer came", not rack.appliance.of_interface("BGPPeer"))
    check("the history says so", outcomes(rack)[:2] == [("Apply", "Failure"), ("Apply", "Success")], outcomes(rack))
    user = (rack.appliance.state / "user.xml").read_text(encoding="utf-8")
    check("and the user layer is the old one", "old" in user and "pool0" not in user, user)


def lab_a_change_that_cuts_off_its_author_heals_itself(lab):
    rack = Rack(lab, "router")
    rack.start()
    reached = rack.hosts["router"].ping
    check("the appliance is reached", reached(SELF))
    elsewhere = element("ExternalVirtualSwitch", [("InterfaceAlias", "Port2"), ("IPAddress", "10.99.0.1/24")],
                        Name="vSwitch1")
    job = apply(rack, elsewhere, timeout=3)
    check("the change is in force", job["Result"] == "Done" and "Confirm-DscConfiguration" in job["Text"], job)
    check("and cut the way", not reached(SELF))
    check("D-Bus says that it waits", state(rack)["UnconfirmedConfiguration"] > 0, state(rack))
    wait_until("the way comes back by itself", lambda: reached(SELF), 10)
    check("it is not the old one by chance", outcomes(rack)[0] == ("Apply", "RolledBack"), outcomes(rack))
    check("nothing waits any more", state(rack)["UnconfirmedConfiguration"] == 0, state(rack))


def lab_a_port_that_was_taken_over_and_given_up_is_what_it_was(lab):
    here, router = lab.namespace("appliance"), lab.namespace("router")
    lab.connect(here, "eth1", router, "eth0")
    router.address("eth0", "10.0.1.1/24")
    here.address("eth1", "10.0.1.10/24")
    here.route("default", "via", "10.0.1.1", "dev", "eth1")
    here.run("ip", "link", "set", "eth1", "alias", "uplink", "mtu", "1400")
    appliance = Appliance(lab, here).start()

    def stands():
        link = here.links()["eth1"]
        routes = here.ip("route", "show", "default")
        return (here.addresses("eth1"), link.get("master"), link["mtu"], link.get("ifalias"),
                [(route["gateway"], route["dev"]) for route in routes])

    before = stands()
    taken = document(switch(address="10.0.1.10/24", gateway="10.0.1.1"))
    lost = document(switch(address="10.0.1.10/24", gateway="10.0.1.1"), bgp_speaker(ListenAddress="10.0.1.10"))
    here.start("squatter", "python3", "-c", "import socket, time\n"
               "s = socket.socket(); s.bind(('0.0.0.0', 179)); s.listen(); time.sleep(600)")
    wait_until("the port is taken", lambda: ":179" in here.run("ss", "-Hltn").stdout)
    appliance.bus("Apply", "sa{sv}", lost, {})
    wait_until("the document fails", lambda: appliance.bus("ListConfigurations")[-1]["Outcome"] == "Failure")
    check("after a failure the port is what it was", stands() == before, (before, stands()))
    check("and is reached", router.ping("10.0.1.10"))
    appliance.bus("Apply", "sa{sv}", taken, {"ConfirmTimeoutInSeconds": ("u", 600)})
    wait_until("the switch has the port", lambda: here.links()["eth1"].get("master") == "vSwitch1")
    appliance.kill()
    appliance.start()
    check("after kill -9 it is what it was", stands() == before, (before, stands()))
    check("and is reached too", router.ping("10.0.1.10"))


def lab_confirmed_or_not_a_change_outlives_kill_9_or_is_taken_back(lab):
    rack = Rack(lab)
    rack.start()
    apply(rack, pool("10.1.0.1-10.1.0.9", "old"))
    apply(rack, pool("10.2.0.1-10.2.0.9", "new"), timeout=600)
    check("the new one is in force", pools(rack) == {"new"}, pools(rack))
    rack.appliance.kill()
    rack.appliance.start()
    check("not confirmed, it is gone after kill -9", pools(rack) == {"old"}, pools(rack))
    check("and the history says why", outcomes(rack)[0] == ("Apply", "RolledBack"), outcomes(rack))

    apply(rack, pool("10.2.0.1-10.2.0.9", "new"), timeout=600)
    rack.appliance.bus("Confirm", "t", 0)
    rack.appliance.kill()
    rack.appliance.start()
    check("confirmed, it stays", pools(rack) == {"new"}, pools(rack))
    rack.appliance.bus("Restore", "ta{sv}", 0, {})
    wait_until("Restore brings the one before back", lambda: pools(rack) == {"old"})


def lab_where_drift_is_only_watched_it_is_shown_and_left(lab):
    rack = Rack(lab)
    rack.start(element("LocalConfigurationManager", ConfigurationMode="ApplyAndMonitor"))
    check("the mode is shown", state(rack)["ConfigurationMode"] == "ApplyAndMonitor", state(rack))
    rack.namespace.run("ip", "address", "delete", f"{SELF}/24", "dev", "vSwitch1")

    def drifted():
        return [row for row in state(rack)["ResourcesNotInDesiredState"] if row[1] == "Drifted"]

    wait_until("drift is shown", drifted, 2)
    check("with what is different", drifted()[0][0] == "[ExternalVirtualSwitch]vSwitch1" and
          f"add address {SELF}/24" in drifted()[0][2], drifted())
    check("and left", not rack.namespace.ip("-4", "address", "show", "dev", "vSwitch1"))
    rack.change(element("LocalConfigurationManager", ConfigurationMode="ApplyAndAutoCorrect"))
    wait_until("until the mode is another", lambda: not drifted() and
               rack.namespace.ip("-4", "address", "show", "dev", "vSwitch1"), 2)


def lab_what_would_be_done_is_shown_and_then_done_so(lab):
    rack = Rack(lab)
    rack.start()
    wanted = document(switch(address=f"{SELF}/24", more_addresses=("10.5.0.1/24",)), *numbered_pools(3),
                      peer("10.126.77.150", 64512, 64513, HoldTimeInSeconds=30))
    operations, failure = rack.appliance.bus("WhatIf", "s", wanted)
    check("nothing would fail", not failure, failure)
    check("nothing was done", not pools(rack) and "10.5.0.1" not in str(rack.namespace.ip("address")))
    before = len(rack.appliance.log())
    rack.appliance.bus("Apply", "sa{sv}", wanted, {})
    wait_until("the document is applied", lambda: outcomes(rack)[0] == ("Apply", "Success"))
    done = [line for line in rack.appliance.log()[before:].splitlines()]
    texts = [text for _, text in operations]
    found = [next((place for place, line in enumerate(done) if line.endswith(text)), None) for text in texts]
    check("each operation was done as it was shown, in order", None not in found and found == sorted(found),
          (texts, done))
    check("applied again it plans nothing", rack.appliance.bus("WhatIf", "s", wanted) == [[], ""],
          rack.appliance.bus("WhatIf", "s", wanted))
    actual = rack.appliance.bus("GetConfiguration")
    check("and so does what actually stands", rack.appliance.bus("WhatIf", "s", actual) == [[], ""],
          rack.appliance.bus("WhatIf", "s", actual))
