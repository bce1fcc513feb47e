"""Who has to agree to what is published of counseling, and that it stands where they were told."""

import pytest
from sqlalchemy import text

from sccafe.core.database import writing
from sccafe.counseling import service
from sccafe.counseling.errors import MayNot
from sccafe.library import service as library
from tests import factories
from tests.counseling import making
from tests.counseling.agreeing import (
    ANSWER,
    MARKER,
    QUESTION,
    TEXT,
    TITLE,
    Browser,
    asked,
    begun,
    desk_page,
    items,
    press,
    published,
    read,
)
from tests.counseling.making import ASKER, DESK, EXPERT, OTHER, SECOND


def answered_twice(by: str = "") -> str:
    """An answered request whose expert handed back what was asked on; the desk, or another expert, answered then."""
    ref, desk_ = making.request("answered", publish_consent=True), making.actor(DESK)
    service.write(making.actor(ASKER), ref, "もう一つ聞きたいです。")
    service.hand_back(making.actor(EXPERT), ref, "手いっぱいのため")
    if by:
        service.assign(desk_, ref, making.user_id(by))
        service.accept(making.actor(by), ref)
    service.answer(making.actor(by) if by else desk_, ref, "つづきの答えです。", 0)
    return ref


@pytest.mark.parametrize("by", ["", SECOND])
def test_words_of_an_expert_who_has_the_request_no_longer_are_not_asked_about(
    desk: None, as_person: Browser, by: str
) -> None:
    ref = answered_twice(by)
    fields = {"title": TITLE, "question": QUESTION, "answer": ANSWER, "seen": "0"}
    refused = press(as_person(DESK), desk_page(ref), do="ask", **fields)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "答えた専門家がもうこの相談を受け持っていないため" in page
    assert QUESTION in page
    assert begun() == 0
    # What they wrote is asked about where they answer it again.
    service.write(making.actor(ASKER), ref, "あと一つです。")
    if by:
        service.hand_back(making.actor(by), ref, "手いっぱいのため")
        suspend(by)
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    service.accept(making.actor(EXPERT), ref)
    service.answer(making.actor(EXPERT), ref, "最後の答えです。", 0)
    service.ask(making.actor(DESK), ref, TEXT, 0)
    assert not service.approve(making.actor(ASKER), ref, 1)
    assert service.agree(making.actor(EXPERT), ref, 1)


def suspend(handle: str) -> None:
    with writing() as session:
        session.execute(text("UPDATE users SET state = 'suspended' WHERE handle = :handle"), {"handle": handle})


@pytest.mark.parametrize("by", ["", SECOND])
def test_what_was_asked_before_the_expert_went_waits_for_that_expert(desk: None, by: str) -> None:
    ref = asked()
    service.write(making.actor(ASKER), ref, "もう一つ聞きたいです。")
    service.hand_back(making.actor(EXPERT), ref, "手いっぱいのため")
    if by:
        service.assign(making.actor(DESK), ref, making.user_id(by))
        service.accept(making.actor(by), ref)
    service.answer(making.actor(by or DESK), ref, "つづきの答えです。", 0)
    assert not service.approve(making.actor(ASKER), ref, 1)
    if by:
        with pytest.raises(MayNot, match="expert_gone"):
            service.agree(making.actor(by), ref, 1)
    assert items() == []


def test_the_expert_reads_that_their_own_agreement_is_waited_for(desk: None, as_person: Browser) -> None:
    ref = asked()
    work = f"/counseling/desk/{ref}"
    assert "あなたの同意を待っています" in read(as_person(EXPERT), work)
    assert "あなたの同意を待っています" not in read(as_person(DESK), work)
    service.agree(making.actor(EXPERT), ref, 1)
    assert "あなたの同意を待っています" not in read(as_person(EXPERT), work)


# --- what stands in the library is what they were told ------------------------------------------------------


def test_the_library_does_not_hide_what_its_asker_reads_is_there(desk: None, as_person: Browser) -> None:
    ref, item_id = published()
    staff = factories.viewer_of(DESK)
    with pytest.raises(library.MayNot, match="kept"):
        library.archive(staff, item_id, "")
    with pytest.raises(library.MayNot, match="kept"):
        library.change_audience(staff, item_id, "staff")
    assert MARKER in read(as_person(OTHER), f"/library/{item_id}")
    service.unpublish(making.actor(DESK), ref)
    assert items() == []
