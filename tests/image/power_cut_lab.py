"""The power fails while addresses are given out."""
import os
import random
import re

from appliance import document, pool, switch
from guest import Site
from harness import check, limit

CUTS = int(os.environ.get("PORTREEVE_POWER_CUTS", 3))
BATCH = 3
# Asks for three services a time, and prints each answer when it is there.
ALLOCATE = """n={first}; while :; do n=$((n + 1)); busctl call org.portreeve.Portreeve1 /org/portreeve/Portreeve1 \
org.portreeve.Portreeve1.Manager AllocateServices 'a(sa{{sv}})' 3 cut/$n/a 1 PoolName s compute \
cut/$n/b 1 PoolName s compute cut/$n/c 1 PoolName s compute || break; done"""


def acknowledged(line):
    """{name: address} of an answer, whole lines alone: `a(sass) 3 "cut/1/a" 1 "10.…" "" …`."""
    found = re.findall(r'"(cut/\d+/\w)" 1 "([0-9.]+)" ""', line)
    return dict(found) if line.startswith(f"a(sass) {BATCH} ") and len(found) == BATCH else {}


@limit(120 + 100 * CUTS)
def lab_nothing_that_was_acknowledged_is_lost_in_a_power_cut(lab):
    site = Site(lab, "a")
    guest = site.guests["a"]
    drop_in = {"50-edge.xml": document(switch(interface="eth0", address=f"{site.addresses['a']}/24"),
                                       pool("10.64.0.0/16"))}
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    given = {}
    guest.start(documents=drop_in)
    for cut in range(CUTS):
        guest.root.start(ALLOCATE.format(first=1000 * cut))
        before = len(given)
        for line in guest.root.lines(moments.uniform(3, 10)):
            given.update(acknowledged(line))
        guest.power_cut()
        check("addresses were given out", len(given) > before)
        guest.start(documents=drop_in)
        shown = guest.root.run("busctl call org.portreeve.Portreeve1 /org/portreeve/Portreeve1 "
                               "org.portreeve.Portreeve1.Manager ListServices su '' 100000")
        kept = dict(re.findall(r'"(cut/\d+/\w)" \d+ .*?"Addresses" as 1 "([0-9.]+)"', shown))
        lost = {name: address for name, address in given.items() if kept.get(name) != address}
        check(f"after cut {cut + 1} all of {len(given)} are there", not lost, lost)
        check("no address was given twice", len(set(kept.values())) == len(kept))
    print(f"{len(given)} services acknowledged, {CUTS} power cuts, none lost")
