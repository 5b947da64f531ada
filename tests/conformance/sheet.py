"""How the vectors are declared: a `Sheet` for each subject, to which cases are added one by one.

    sheet = Sheet("open")
    sheet.add("hold-time-2", open_message(hold_time=2), "notify 2/6", "RFC 4271 section 6.2", state="OpenSent")
"""
from cases import Case, WITHDRAW
from octets import update, well_formed

# The prefix of each case's route.
ROUTE = ["198.51.100.0/24"]
ROUTE6 = ["2001:db8:1::/48"]


def route(*more, internal=False, four_octet=True, without=(), nlri=ROUTE):
    """An UPDATE for one prefix with the usual attributes, and more."""
    return update([*well_formed(internal, four_octet, without), *more], nlri)


class Sheet:
    def __init__(self, subject):
        self.subject = subject
        self.cases = []

    def add(self, name, messages, expect, why, *alternatives, **context):
        """`messages`: the octets of one, or a list of them. `context`: what else a Case has."""
        messages = (messages,) if isinstance(messages, bytes) else tuple(messages)
        self.cases.append(Case(f"{self.subject}-{name}", messages, expect, why, alternatives, **context))

    def both(self, name, build, expect, why, *alternatives, **context):
        """From an external and from an internal peer: `build(internal)` gives the messages."""
        for internal in (False, True):
            self.add(f"{name}-{'ibgp' if internal else 'ebgp'}", build(internal), expect, why, *alternatives,
                     internal=internal, **context)

    def either(self, name, build, expect, why, *alternatives, **context):
        """From an external or from an internal peer by turns: for what both are answered alike, so that each kind meets
        its share of it."""
        internal = len(self.cases) % 2 == 1
        self.add(f"{name}-{'ibgp' if internal else 'ebgp'}", build(internal), expect, why, *alternatives,
                 internal=internal, **context)

    def attribute(self, name, octets, expect, why, *alternatives, replaces=(), internal=None, **context):
        """A route with that attribute, in place of the types that it replaces; from one kind of peers or the other by
        turns where `internal` is not given. An attribute that spoils its own route must not spoil the session: a sound
        route follows it."""
        four_octet = context.get("four_octet", True)

        def build(internal):
            messages = [route(octets, internal=internal, without=replaces, four_octet=four_octet)]
            if expect == WITHDRAW:
                messages.append(route(internal=internal, nlri=["203.0.113.0/24"], four_octet=four_octet))
            return messages

        if internal is None:
            self.either(name, build, expect, why, *alternatives, **context)
        else:
            self.add(f"{name}-{'ibgp' if internal else 'ebgp'}", build(internal), expect, why, *alternatives,
                     internal=internal, **context)
