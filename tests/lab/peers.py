"""The routers that the appliance speaks with in labs, each set up, run and read in its own terms.

All are told of their neighbours in the same way, and answer the same questions (router.py):

    tor = Bird(lab, namespace, asn=64512, router_id="10.126.77.125",
               neighbors=[Neighbor("10.126.77.10", 64513, hold_time=15)])
    tor.start()
    tor.established("10.126.77.10")     whether that session is up
    tor.routes()                        {prefix: Route} of its table of BGP routes, both families
    tor.attributes("10.126.77.200/32")  what that route came with: communities, MED …

What a router was told to announce is in `announce` (prefixes, IPv4 or IPv6). What Debian 12's versions can do:

|                              | BIRD 2.0.12 | FRR 8.4.4 | GoBGP 3.10 | OpenBGPD 7.7 | ExaBGP 4.2.21 |
|---|---|---|---|---|---|
| IPv6 sessions, both families | yes | yes | yes | yes | yes |
| MD5, GTSM, several hops      | yes | yes | yes | yes | yes, GTSM only where it dials |
| both dial and listen         | yes | yes | yes | yes | yes |
| unnumbered                   | no  | yes, once it hears an advertisement of ours | no | no | no |
| IPv4 with IPv6 next hops     | yes | yes | yes | no  | yes |
| asks for routes again        | yes, enhanced | yes, enhanced | no | yes, enhanced | yes |
| keeps routes in a restart    | yes, shows it nowhere | yes | yes | yes | no |
| shutdown text read, sent     | yes | yes | yes, in its log | yes | no: any 6/2 that it reads is answered with 1/0 |
| prefix limit                 | yes | yes | yes | yes | no |
| link bandwidth shown         | its octets | yes | yes | no | its octets |
| BFD                          | yes, over several hops with a TTL of 64 | yes | no | no | no |
"""
from bird import Bird
from exabgp import ExaBgp
from frr import Frr
from gobgp import GoBgp
from openbgpd import OpenBgpd
from router import Attributes, Bfd, Neighbor, Route, Router

__all__ = ["Attributes", "Bfd", "Bird", "ExaBgp", "Frr", "GoBgp", "Neighbor", "OpenBgpd", "Route", "Router"]
