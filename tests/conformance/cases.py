"""What a case of the conformance run is: octets that a peer sends, and the reactions that the RFCs allow.

Our own cases are declared in vectors_*.py by means of octets.py; others may be read from a folder of text files, in
blocks separated by an empty line with one key a line (`case`, `ctx`, `hex`, `repeat`, `chunk`, `expect`, `alt`).
"""
import dataclasses
import re

# What a NOTIFICATION may be answered with, and all else that can end a case.
ACCEPT, IGNORED, DISCARD, WITHDRAW = "accept", "accept-nlri-ignored", "attribute-discard", "treat-as-withdraw"
CLOSE, SURVIVE = "close", "survive"
# The session lives, and how the UPDATEs were taken can be told apart in the log.
LIVING = (ACCEPT, IGNORED, DISCARD, WITHDRAW)

OUR_AS, PEER_AS = 65000, 65001


@dataclasses.dataclass(frozen=True)
class Case:
    """`expect` and each of `alternatives` is a verdict: `notify 3/5 data=400100`, `notify 3/x`, or a word of above."""
    name: str
    messages: tuple          # of octets, sent in that order
    expect: str
    why: str                 # the clause that asks for it
    alternatives: tuple = ()
    internal: bool = False   # iBGP: both ends are in the same AS
    four_octet: bool = True  # the tester's OPEN has the four-octet AS capability
    state: str = "Established"
    peer_as: int = 0         # as the appliance is configured; 0: as `internal` has it
    capabilities: tuple = None  # of the tester's OPEN, instead of the usual ones
    repeat: int = 1          # the messages are sent so many times
    chunk: int = 0           # octets in a TCP segment; 0: all in one
    add_path: bool = False   # asks for ADD-PATH, which the appliance does not take part in
    own: bool = True

    @property
    def octets(self):
        return b"".join(self.messages) * self.repeat

    @property
    def asns(self):
        """The appliance's AS and the tester's."""
        peer = self.peer_as or (OUR_AS if self.internal else PEER_AS)
        return (peer if self.internal else OUR_AS), peer

    def allows(self, verdict):
        return any(_matches(allowed, verdict, self.own) for allowed in (self.expect, *self.alternatives))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the appliance did. `taken` of a session that stays is how the log says that its UPDATEs were taken: as they
    were meant, with an attribute discarded, or as withdrawal; None where that is not known."""
    kind: str                # "lives", "notify", "close" or "silence"
    code: int = 0
    subcode: int = 0
    data: bytes = b""
    taken: str = None

    def __str__(self):
        if self.kind == "notify":
            return f"notify {self.code}/{self.subcode} data={self.data.hex()}"
        return f"{self.kind} ({self.taken})" if self.taken else self.kind


def _matches(allowed, verdict, strict):
    if allowed == SURVIVE:
        return verdict.kind in ("lives", "silence") or (verdict.kind == "notify" and verdict.code in (1, 2, 3))
    if allowed == CLOSE:
        return verdict.kind == "close"
    if allowed in LIVING:
        return verdict.kind == "lives" and _taken_as(allowed, verdict.taken, strict)
    if allowed == "afi-safi-disable":  # RFC 4760 section 7 has it for choice, and the appliance does not do it
        return False
    wanted = re.fullmatch(r"notify (\d+)/(\d+|x)(?: data=([0-9a-f]*))?", allowed)
    if wanted is None:
        raise ValueError(f"no verdict: {allowed!r}")
    code, subcode, data = wanted.groups()
    return (verdict.kind == "notify" and verdict.code == int(code) and subcode in ("x", str(verdict.subcode))
            and data in (None, verdict.data.hex()))


def _taken_as(allowed, taken, strict):
    if taken is None:
        return True
    if strict:
        return taken == (ACCEPT if allowed == IGNORED else allowed)
    # Others' cases do not set a route taken whole and one taken without an attribute apart.
    return (taken == WITHDRAW) == (allowed == WITHDRAW)


def read_blocks(file):
    """The cases of a text file."""
    cases = []
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        fields, octets = {}, []
        for line in block.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            key, _, value = line.partition(" ")
            if key == "hex":
                octets.append(bytes.fromhex(value))
            else:
                fields[key] = value.strip()
        if "case" in fields:
            cases.append(_from_fields(fields, tuple(octets)))
    return cases


def without_remarks(text):
    """Without what stands in parentheses, which may hold more of them, and semicolons."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def _from_fields(fields, octets):
    context = dict(word.split("=", 1) for word in fields["ctx"].split())
    expect, _, why = fields["expect"].partition(";")
    alternatives = without_remarks(fields.get("alt", "")).split(";")
    return Case(name=fields["case"], messages=octets, expect=expect.strip(), why=why.strip(),
                alternatives=tuple(word.strip() for word in alternatives if word.strip()),
                internal=context["role"] == "ibgp", four_octet=context["as4"] == "yes", state=context["state"],
                peer_as=int(context.get("peer-as", 0)), repeat=int(fields.get("repeat", 1)),
                chunk=int(fields.get("chunk", 0)), add_path=context.get("addpath", "none") != "none", own=False)
