"""A request on its whole way, as its people take it."""

import pytest
from sqlalchemy import select

from sccafe.accounts.models import User
from sccafe.core.database import db, end_reading
from sccafe.counseling import reading, searching, service
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.notifications.models import Notice
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER


def test_a_request_goes_to_an_expert_and_comes_back_with_an_answer(desk: None) -> None:
    ref = making.request("asker")
    service.write(making.actor(ASKER), ref, "春からです。")
    assert making.state_of(ref) == "expert"
    service.answer(making.actor(EXPERT), ref, "議題に入れてもらいましょう。", 0)
    seen = reading.open_request(making.actor(ASKER), ref)
    assert [(said.kind, said.capacity) for said in seen.messages] == [
        ("question", "asker"),
        ("ask_back", "expert"),
        ("reply", "asker"),
        ("answer", "expert"),
    ]
    assert BODY in seen.messages[0].html
    assert [(row.capacity, row.what) for row in reading.looks(making.actor(DESK), ref)] == [("asker", "read")]


@pytest.mark.parametrize("state", ["new", "routing", "expert", "asker", "passed_on", "answered", "closed", "withdrawn"])
def test_a_request_in_any_state_is_there_for_nobody_but_its_people(desk: None, state: str) -> None:
    ref = making.request(state)
    assert making.state_of(ref) == state
    for stranger in (making.actor(OTHER), making.actor(), making.actor("", "another")):
        with pytest.raises(NotThere):
            reading.open_request(stranger, ref)
        with pytest.raises(NotThere):
            service.withdraw(stranger, ref)
    assert reading.open_request(making.actor(DESK), ref).state == state


def test_a_step_that_somebody_else_took_first_is_refused_and_changes_nothing(desk: None) -> None:
    ref = making.request("expert")
    service.recall(making.actor(DESK), ref, "担当を替えます")
    with pytest.raises(NotThere):
        service.answer(making.actor(EXPERT), ref, "答えです。", 0)
    with pytest.raises(MayNot):
        service.recall(making.actor(DESK), ref, "担当を替えます")
    assert making.state_of(ref) == "routing"


def test_whoever_works_on_a_request_is_not_its_asker_though_they_know_its_code(desk: None) -> None:
    ref = making.request("new", asker="")
    reading.open_request(making.actor(DESK, ref), ref)
    service.withdraw(making.actor(DESK, ref), ref)
    assert [(row.handle, row.capacity) for row in reading.looks(making.actor(DESK), ref)] == [(DESK, "desk")]
    taken = reading.history(reading.open_request(making.actor(DESK), ref))
    assert [(step.capacity, step.handle) for step in taken] == [("desk", DESK)]


def test_one_of_the_desk_who_asks_hears_and_finds_nothing_of_what_the_desk_does_with_it(desk: None) -> None:
    factories.person("まえだ", "secretariat", counseling_desk=True)
    ref = making.request("expert", asker="まえだ")
    service.note(making.actor(DESK), ref, "内部の連絡です。")
    service.hand_back(making.actor(EXPERT), ref, "専門の外です")
    told = db.session.scalars(
        select(Notice.measure).join(User, User.id == Notice.user_id).where(User.handle == "まえだ")
    )
    assert set(told) == {"accept"}
    end_reading()
    assert searching.find(making.actor("まえだ"), BODY[:8]) == []
    assert [hit.ref for hit in searching.find(making.actor(DESK), BODY[:8])] == [ref]
