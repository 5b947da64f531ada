"""What the routers of the labs have in common (peers.py): what they are told of their neighbours, and what they answer
to questions about them."""
import collections
import dataclasses

from harness import wait_until

Route = collections.namedtuple("Route", "next_hop as_path")


@dataclasses.dataclass
class Attributes:
    """What a route came with beside next hop and AS path. Communities are sets of text in numbers: "65535:0",
    "4200000001:1:2", "target:65000:100"; the bandwidth of a link is in octets a second."""
    communities: frozenset = frozenset()
    large: frozenset = frozenset()
    extended: frozenset = frozenset()
    bandwidth: float = None
    med: int = None
    local_preference: int = None
    stale: bool = False  # kept for a neighbour that restarts (RFC 4724)


@dataclasses.dataclass
class Bfd:
    """Intervals in milliseconds."""
    receive: int = 300
    transmit: int = 300
    multiplier: int = 3
    passive: bool = False


@dataclasses.dataclass
class Neighbor:
    address: str
    asn: int  # FRR also takes "external"
    hold_time: int = 90
    passive: bool = False
    password: str = ""
    families: tuple = ("ipv4",)
    local_address: str = ""
    interface: str = ""   # of a link-local address
    unnumbered: bool = False  # found by router advertisements on `interface`; `address` means nothing
    port: int = 179
    own_port: int = 179   # where it listens; BIRD's alone
    multihop: int = 0
    gtsm_hops: int = 0    # RFC 5082
    extended_next_hop: bool = False  # IPv4 routes with IPv6 next hops (RFC 8950)
    graceful_restart: bool = False   # keeps our routes while we restart
    max_prefixes: int = 0
    bfd: Bfd = None


class Router:
    def __init__(self, lab, namespace, asn, router_id, neighbors, announce=(), name=None):
        self.lab = lab
        self.namespace = namespace
        self.asn = asn
        self.router_id = router_id
        self.neighbors = list(neighbors)
        self.announce = list(announce)
        self.name = name or f"{type(self).__name__.lower()}-{namespace.name}"
        self.directory = lab.directory / self.name
        self.directory.mkdir()
        self.process = None

    def wait_established(self, address, seconds=20.0):
        wait_until(f"{self.name} has a session with {address}", lambda: self.established(address), seconds)
        return self

    def wait_route(self, prefix, seconds=10.0):
        return wait_until(f"{prefix} is in the table of {self.name}", lambda: self.routes().get(prefix), seconds)

    def wait_no_route(self, prefix, seconds=10.0):
        wait_until(f"{prefix} is gone from the table of {self.name}", lambda: prefix not in self.routes(), seconds)

    def wait_routes(self, prefixes, seconds=10.0):
        """Until its table has exactly these."""
        wait_until(f"the table of {self.name} is {sorted(prefixes)}",
                   lambda: set(self.routes()) == set(prefixes), seconds)

    def wait_attributes(self, prefix, wanted, seconds=10.0):
        """Until the route has these attributes: {name: value}."""
        def has_them():
            seen = self.attributes(prefix)
            return seen and all(getattr(seen, name) == value for name, value in wanted.items())
        try:
            wait_until(f"{prefix} at {self.name} has {wanted}", has_them, seconds)
        except AssertionError as failure:
            raise type(failure)(f"{failure}; seen: {self.attributes(prefix)}") from None

    def stop(self):
        self.process.stop()

    def kill(self):
        self.process.kill()

    def _announced(self, family):
        return [prefix for prefix in self.announce if (":" in prefix) == (family == "ipv6")]

    # -- what each says in its own way

    def established(self, address):
        raise NotImplementedError

    def routes(self):
        raise NotImplementedError

    def attributes(self, prefix):
        """Attributes of a route; nothing where there is none."""
        raise NotImplementedError

    def last_error(self, address):
        """How it says that the last session ended, with the text that it was told (RFC 9003)."""
        raise NotImplementedError

    def updates(self, address):
        """How often routes came from a neighbour in this session: announcements, new or not."""
        raise NotImplementedError

    def refresh(self, address):
        """Asks a neighbour for all its routes again (RFC 2918)."""
        raise NotImplementedError

    def shut(self, address, text):
        """Takes the session down for good, and tells the neighbour why (RFC 9003)."""
        raise NotImplementedError


def number_of(community, names):
    """"65535:0" for `graceful-shutdown`, in whatever spelling `names` has."""
    return names.get(community.lower().replace("_", "-"), community)


# RFC 1997, RFC 7999, RFC 8326 and the registry of IANA.
WELL_KNOWN = {"graceful-shutdown": "65535:0", "gshut": "65535:0", "accept-own": "65535:1", "blackhole": "65535:666",
              "no-export": "65535:65281", "no-advertise": "65535:65282", "local-as": "65535:65283",
              "no-export-subconfed": "65535:65283", "no-peer": "65535:65284"}
