"""Two appliances that boot from nothing but their drop-ins, a router and a client."""
import socket
import struct
import threading
import time

from appliance import document, peer, pool, service, switch
from bird import Bird
from guest import Site
from harness import check, limit, serial, wait_until
from router import Neighbor

ROUTER = "10.126.77.101"
PAGES = {"a": "10.126.77.201", "b": "10.126.77.202"}
# Each connection is answered by a program of its own, which systemd starts: the image has no web server. It may fail,
# where a client gives up too soon.
WEB = r"""cd /run/systemd/system
printf '[Socket]\nListenStream=80\nAccept=yes\n' >web.socket
printf '[Service]\nExecStart=-/bin/bash /run/page\nStandardInput=socket\n' >web@.service
cat >/run/page <<'END'
while read -r line && [ "$line" != $'\r' ]; do :; done
printf 'HTTP/1.0 200 OK\r\n\r\nGood day from NAME\n'
END
systemctl start web.socket"""
ETH_P_ALL = 3


def drop_in(site, name):
    return document(switch(interface="eth0", address=f"{site.addresses[name]}/24", gateway=ROUTER),
                    pool("10.126.77.200-10.126.77.250"), peer(ROUTER, 64512, 64513, hold_time=15),
                    service("default/web", address=PAGES[name]), name=name)


class FirstOpen:
    """Listens on the segment for the first BGP OPEN of each host: {address: time.time()}."""

    def __init__(self, namespace, interface):
        self.seen = {}
        self.socket = namespace.inside(
            lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)))
        self.socket.bind((interface, ETH_P_ALL))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                frame = self.socket.recv(1 << 16)
            except OSError:
                return
            if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP:
                continue
            segment = frame[14 + 4 * (frame[14] & 15):]
            message = segment[4 * (segment[12] >> 4):]
            if message[:16] == b"\xff" * 16 and message[18] == 1 and 179 in struct.unpack_from("!HH", segment):
                self.seen.setdefault(socket.inet_ntoa(frame[26:30]), time.time())


@serial
@limit(400)
def lab_a_pair_boots_with_drops_only_and_the_service_pages_are_served(lab):
    site = Site(lab, *PAGES)
    router = Bird(lab, site.router, 64512, ROUTER,
                  [Neighbor(address, 64513, hold_time=15) for address in site.addresses.values()],
                  kernel=True).start()
    first_open = FirstOpen(site.router, "eth0")
    route_seen = {}
    for name, guest in site.guests.items():
        guest.start(documents={"50-edge.xml": drop_in(site, name)}, wait=False)

    def both_routes():
        for name, page in PAGES.items():
            if name not in route_seen and router.has(f"{page}/32"):
                route_seen[name] = time.time()
        return len(route_seen) == len(PAGES)
    wait_until("both routes are in the router's table", both_routes, 150, every=0.05)

    for name, guest in site.guests.items():
        guest.wait_ready()
        router.wait_established(site.addresses[name])
        guest.root.run(WEB.replace("NAME", name))
        wait_until(f"the page of {name} is served", lambda name=name: f"Good day from {name}" in site.client.run(
            "curl", "-s", "--max-time", 3, f"http://{PAGES[name]}/", expect=None).stdout, 30)

        began, ready = guest.unit_times()
        start = guest.kernel_start()
        address = site.addresses[name]
        check("its OPEN was seen", address in first_open.seen, first_open.seen)
        print(f"{name}: from the kernel's start to the first OPEN {first_open.seen[address] - start:.2f} s, to the "
              f"route in the router {route_seen[name] - start:.2f} s; of it Portreeve, from exec to READY, "
              f"{ready - began:.3f} s")
        check("Portreeve runs as its own user",
              guest.root.run("stat -c %U /proc/$(systemctl show --value -p MainPID portreeve.service)").strip() ==
              "portreeve")
        check("no unit failed", not guest.root.run("systemctl --failed --no-legend --plain").strip())
