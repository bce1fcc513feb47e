"""How a row of the expectation table is written: who looks, and what comes out for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.wall.markers import found_in
from tests.wall.world import World

VISITOR, SUSPENDED = "visitor", "suspended"
#: Whoever is signed out, the suspended person's old session among them.
OUT = (VISITOR, SUSPENDED)
STAFF = ("secretariat", "admin")
#: `writer` and `newcomer` are members who wrote what was hidden, deleted or held; `member` wrote nothing of that.
MEMBERS = ("member", "writer", "newcomer", "expert", *STAFF)
IN = (*MEMBERS, "industry")
EVERYONE = (*OUT, *IN)
VIEWERS = EVERYONE

#: audience -> who may read it, as the architecture has it.
READERS = {
    "public": EVERYONE,
    "network": IN,
    "members": MEMBERS,
    "experts": ("expert", *STAFF),
    "industry": ("industry", *STAFF),
    "staff": STAFF,
}


def others(*viewers: str, of: Iterable[str] = EVERYONE) -> tuple[str, ...]:
    return tuple(viewer for viewer in of if viewer not in viewers)


@dataclass(frozen=True)
class Answer:
    """What one viewer gets: every marker in `must` comes out, those in `may` can, and no other does.

    `{viewer}` in a marker's name stands for whoever looks.
    """

    status: int
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    #: Where a redirect leads, as the address begins.
    to: str = ""
    #: Whether the database is different afterwards; a page that only reads a topic may still set a read mark.
    writes: bool = False

    def with_(self, *names: str, may: Iterable[str] = ()) -> "Answer":
        return replace(self, must=self.must | set(names), may=self.may | set(may))

    def said_to(self, viewer: str) -> tuple[set[str], set[str]]:
        must = {name.format(viewer=viewer) for name in self.must}
        return must, must | {name.format(viewer=viewer) for name in self.may}


def sees(*names: str, may: Iterable[str] = (), status: int = 200, writes: bool = False) -> Answer:
    return Answer(status, frozenset(names), frozenset(may), writes=writes)


def leads(to: str, status: int = 302) -> Answer:
    return Answer(status, to=to)


def done(to: str = "/", writes: bool = True, may: Iterable[str] = ()) -> Answer:
    """A form was taken: the browser goes on with a GET."""
    return Answer(303, may=frozenset(may), to=to, writes=writes)


NOTHING = sees()
NOT_FOUND = Answer(404)
REFUSED = Answer(403)
SIGN_IN_FIRST = leads("/sign-in?next=", 303)
#: The same for a form: what was typed is carried through the sign-in.
SIGN_IN_TO_SEND = Answer(401)


@dataclass(frozen=True)
class Row:
    """One address and what comes out of it; `{names}` are ids of World. Whoever is not named in it finds nothing."""

    method: str
    address: str
    answers: dict[str, Answer]
    fields: dict[str, str] = field(default_factory=dict)
    #: Whether htmx asks for a part of a page.
    partial: bool = False

    def __str__(self) -> str:
        parts = [self.method, self.address, "(htmx)" if self.partial else ""]
        parts += [f"{name}={value}" for name, value in self.fields.items()]
        return " ".join(part for part in parts if part)[:150]

    def asked_for(self, world: World) -> frozenset[str]:
        """Markers that were sent: an error page repeats the address, and a form shows what was typed."""
        return found_in(" ".join((world.address(self.address), *self.fields.values())))

    def answer_for(self, viewer: str) -> Answer:
        return self.answers.get(viewer, NOT_FOUND)


Given = tuple[str | Iterable[str], Answer]


def _answers(given: tuple[Given, ...]) -> dict[str, Answer]:
    """What is given later goes before what was given for more people."""
    found: dict[str, Answer] = {}
    for viewers, answer in given:
        found |= dict.fromkeys((viewers,) if isinstance(viewers, str) else viewers, answer)
    return found


def page(address: str, *given: Given, partial: bool = False) -> Row:
    return Row("GET", address, _answers(given), partial=partial)


def form(address: str, fields: dict[str, str], *given: Given, partial: bool = False) -> Row:
    return Row("POST", address, _answers(given), fields, partial)
