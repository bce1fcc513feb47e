"""Who may do what to keep order."""

import pytest

from sccafe.core.audience import VISITOR, Role, Viewer, audiences_of, system
from sccafe.moderation import policy

PEOPLE: tuple[Role, ...] = ("member", "expert", "industry")
STAFF: tuple[Role, ...] = ("secretariat", "admin")


def viewer(role: Role) -> Viewer:
    return Viewer(user_id=7, role=role, audiences=audiences_of(role))


@pytest.mark.parametrize("action", sorted(policy.TABLE))
@pytest.mark.parametrize("role", [*PEOPLE, *STAFF])
def test_people_report_and_the_secretariat_does_the_rest(role: Role, action: str) -> None:
    expected = {"report": True, "ask_identity": role == "admin"}.get(action, role in STAFF)
    assert policy.may(viewer(role), action) is expected


@pytest.mark.parametrize("action", sorted(policy.TABLE))
def test_a_visitor_may_do_nothing(action: str) -> None:
    assert not policy.may(VISITOR, action)


def test_a_command_acts_with_the_rights_of_the_secretariat() -> None:
    assert policy.may(system("secretariat"), "erase")


@pytest.mark.parametrize(
    ("mine", "state", "expected"),
    [(False, "published", True), (True, "published", False), (False, "held", False), (False, "hidden", False)],
)
def test_a_published_post_of_somebody_else_can_be_reported(mine: bool, state: str, expected: bool) -> None:
    assert policy.may_report(viewer("member"), mine, state) is expected
