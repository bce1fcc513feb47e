"""Who may do what with a request: the states, the capacities, and one table of every step there is."""

from collections.abc import Collection
from typing import Final, Literal, get_args

State = Literal["new", "routing", "expert", "asker", "passed_on", "answered", "closed", "withdrawn"]
#: In the order of the queue: new, waiting for routing, with an expert, waiting for the asker, passed on to prefecture
#: or ministry, answered, closed, withdrawn.
STATES: Final[tuple[State, ...]] = get_args(State)

#: asker; the counseling desk; the expert who is asked to answer and has not said yes, and who has; an expert asked in
#: beside them, before and after their yes; the clock and the rules. Whoever is none of these does not find the request.
Capacity = Literal["asker", "desk", "asked", "expert", "invited", "second", "system"]
CAPACITIES: Final[tuple[Capacity, ...]] = get_args(Capacity)

#: Every step: action | from | to | who. `=` stays in its state; `resume` leads back to the expert, or to the desk where
#: there is none; `gone` is deleted. What is not listed is refused.
_TABLE: Final = """
take       | new                                          | routing   | desk
assign     | new routing                                  | expert    | desk system
recall     | expert                                       | routing   | desk
recall     | asker                                        | =         | desk
accept     | expert asker                                 | =         | asked invited
hand_back  | expert                                       | routing   | asked expert
hand_back  | asker                                        | =         | asked expert
expire     | expert                                       | routing   | system
expire     | asker                                        | =         | system
invite     | expert asker                                 | =         | desk expert
leave      | expert asker                                 | =         | invited second
leave      | answered                                     | =         | second
ask_back   | routing                                      | asker     | desk
ask_back   | expert                                       | asker     | desk expert
reply      | asker                                        | resume    | asker
add        | new routing expert passed_on                 | =         | asker
follow_up  | answered closed                              | resume    | asker
enter      | asker                                        | resume    | desk
enter      | new routing expert passed_on                 | =         | desk
enter      | answered closed                              | resume    | desk
draft      | routing passed_on                            | =         | desk
draft      | expert asker                                 | =         | desk expert second
hand_in    | expert                                       | =         | expert
send_back  | expert                                       | =         | desk
answer     | expert                                       | answered  | desk expert
answer     | routing passed_on                            | answered  | desk
pass_on    | routing expert                               | passed_on | desk
bring_back | passed_on                                    | routing   | desk
note       | new routing passed_on closed withdrawn       | =         | desk
note       | expert asker answered                        | =         | desk expert second
note       | closed                                       | =         | expert
close      | asker                                        | closed    | desk system
close      | answered                                     | closed    | asker desk system
withdraw   | new routing expert asker passed_on answered  | withdrawn | asker desk
rate       | answered closed                              | =         | asker
propose    | answered closed                              | =         | desk
agree      | answered closed                              | =         | expert
consent    | answered closed                              | =         | asker
unpublish  | routing expert asker passed_on answered      | =         | asker desk
unpublish  | closed withdrawn                             | =         | asker desk
export     | new routing expert asker passed_on           | =         | desk
export     | answered closed withdrawn                    | =         | desk
delete     | new routing expert asker passed_on answered  | gone      | asker
delete     | closed withdrawn                             | gone      | asker desk
"""

#: Who reads the conversation, by state.
_READERS: Final = """
new        | asker desk
routing    | asker desk
expert     | asker desk asked expert invited second
asker      | asker desk asked expert invited second
passed_on  | asker desk
answered   | asker desk expert second
closed     | asker desk expert
withdrawn  | asker desk
"""

#: Who reads notes and the shared draft of the answer.
INSIDERS: Final[frozenset[Capacity]] = frozenset({"desk", "expert", "second"})


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


#: (action, state, capacity) -> where it leads.
STEPS: Final[dict[tuple[str, str, str], str]] = {
    (action, state, capacity): state if after == "=" else after
    for action, before, after, who in _cells(_TABLE)
    for state in before.split()
    for capacity in who.split()
}
ACTIONS: Final = tuple(dict.fromkeys(action for action, _state, _capacity in STEPS))
READERS: Final = {state: frozenset(who.split()) for state, who in _cells(_READERS)}


def step(action: str, state: str, capacities: Collection[str]) -> tuple[str, str] | None:
    """In which of somebody's capacities they may take this step, and where it leads; None where they may not."""
    for capacity in CAPACITIES:
        if capacity in capacities and (after := STEPS.get((action, state, capacity))):
            return capacity, after
    return None


def may(action: str, state: str, capacities: Collection[str]) -> bool:
    return step(action, state, capacities) is not None


def may_read(state: str, capacities: Collection[str]) -> bool:
    """Read the conversation and fetch its files; whoever may not is told that there is no such request."""
    return bool(READERS[state] & set(capacities))


def may_read_inside(state: str, capacities: Collection[str]) -> bool:
    """Read notes and the draft of the answer."""
    return may_read(state, capacities) and bool(INSIDERS & set(capacities))


def reads_contact(capacities: Collection[str]) -> bool:
    """See the e-mail, telephone and workplace that the asker gave, and their name where they are not named."""
    return bool({"asker", "desk"} & set(capacities))


def may_be_shown_experts(capacities: Collection[str]) -> bool:
    """See who could be asked: whoever assigns or asks a further expert in."""
    return bool({"desk", "expert", "system"} & set(capacities))


def is_told_of_conflicts(capacities: Collection[str]) -> bool:
    """Hear that an expert is of the asker's town or workplace; where both are known it says where an asker is from."""
    return bool({"desk", "system"} & set(capacities))


def may_enter(way: str) -> bool:
    """Write down what the asker said, for requests that came by telephone, fax or at a meeting."""
    return way != "form"


def may_send_answer(capacity: str, needs_look: bool, was_asked: bool) -> bool:
    """Let an answer out: where the category asks for a second look, one of the desk who was never asked for it."""
    return not needs_look or (capacity == "desk" and not was_asked)
