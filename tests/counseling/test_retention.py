"""What time takes from requests that are over, and what stays of them."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core import checks, clock, files, jobs, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import take
from sccafe.counseling import opening, reading, service
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import (
    Message,
    Note,
    Publication,
    Rating,
    Removal,
    Request,
    RequestFile,
    StepTaken,
)
from sccafe.counseling.sealing import Person, PublishedText, Seal
from sccafe.counseling.service import retention
from sccafe.counseling.settings import CONTACT_KEPT_DAYS, TEXT_KEPT_DAYS
from tests.counseling import making, raw
from tests.counseling.agreeing import (
    MARKER,
    Browser,
    asked,
    asker_page,
    everywhere,
    press,
    published,
    read,
    with_code,
)
from tests.counseling.making import ASKER, DESK, EXPERT
from tests.notifications.post_office import count, told

BEGAN = datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
PERSON = Person(name="山田みどり", email="midori@example.jp", telephone="090-1234-5678", employer="青空センター")


def full(state: str = "closed") -> service.Sent:
    """A request without an account with all that a request can hold, over since BEGAN."""
    with clock.pretending(BEGAN):
        upload = take(io.BytesIO("議事録の写しです。".encode()), "議事録.txt", 1024)
        sent = service.send(making.actor(), making.asked(person=PERSON), [upload])
        asker, desk, expert = making.actor("", sent.ref), making.actor(DESK), making.actor(EXPERT)
        if state == "withdrawn":
            service.withdraw(asker, sent.ref, "もう済みました")
            return sent
        service.take(desk, sent.ref)
        service.note(desk, sent.ref, "様子を見ます。")
        service.assign(desk, sent.ref, making.user_id(EXPERT), "職場のことにくわしい")
        service.accept(expert, sent.ref)
        service.answer(expert, sent.ref, "議題に入れてもらいましょう。", 0)
        service.rate(asker, sent.ref, "helped", "助かりました。")
        service.close(asker, sent.ref)
    return sent


def run_after(days: float) -> None:
    with clock.pretending(BEGAN + timedelta(days=days)):
        retention.keep_no_longer()


def row_of(ref: str) -> Any:
    found = db.session.execute(select(*Request.__table__.columns).where(Request.ref == ref)).one()
    end_reading()
    return found


def removals() -> list[tuple[str, str, str]]:
    found = [
        tuple(row)
        for row in db.session.execute(select(Removal.ref, Removal.what, Removal.capacity).order_by(Removal.id))
    ]
    end_reading()
    return found  # type: ignore[return-value]


def values(*columns: Any) -> list[Any]:
    found = [tuple(row) for row in db.session.execute(select(*columns))]
    end_reading()
    return found


@pytest.mark.parametrize("state", ["closed", "withdrawn"])
def test_first_name_and_contact_go_then_the_texts_and_figures_stay(app: Flask, desk: None, state: str) -> None:
    sent = full(state)
    before = row_of(sent.ref)

    run_after(179)
    assert row_of(sent.ref).person == before.person
    run_after(181)
    row = row_of(sent.ref)
    assert (row.person, row.email_hash) == (None, None)
    assert row.contact_removed_at == BEGAN + timedelta(days=181)
    assert removals() == [(sent.ref, "contact", "system")]
    acting = making.actor("", sent.ref)
    seen = reading.open_request(acting, sent.ref)
    assert making.BODY in seen.messages[0].html
    assert seen.person == Person()
    assert opening.try_code(sent.code, "192.0.2.1").ref == sent.ref

    run_after(1094)
    assert row_of(sent.ref).text_removed_at is None
    run_after(1096)
    row = row_of(sent.ref)
    assert (row.matter, row.receipt_hash) == (None, None)
    assert opening.try_code(sent.code, "192.0.2.1").ref == ""
    # Nor for a browser in which the code was given before.
    with pytest.raises(NotThere):
        service.write(acting, sent.ref, "続きです。")
    assert set(values(Message.text, Message.html)) == {(None, None)}
    assert {reason for (reason,) in values(StepTaken.reason)} == {None}
    assert values(Rating.helped, Rating.line) == ([("helped", None)] if state == "closed" else [])
    assert values(Note.id) == values(RequestFile.id) == []
    assert list(files.store().names()) == []
    for name in ("category", "state", "created_at", "asked_at", "state_at", "first_response_at", "answered_at", "way"):
        assert getattr(row, name) == getattr(before, name), name
    assert removals() == [(sent.ref, "contact", "system"), (sent.ref, "text", "system")]
    assert not any(said.html for said in reading.open_request(making.actor(DESK), sent.ref).messages)
    assert [lines for name, lines in checks.run().items() if name.startswith("counseling") and lines] == []

    run_after(2000)
    assert len(removals()) == 2


def test_the_key_that_sealed_the_texts_goes_with_them(app: Flask, desk: None) -> None:
    sent = full()
    data_key, token = row_of(sent.ref).data_key, values(Message.text)[0][0]
    run_after(1096)
    with clock.pretending(BEGAN + timedelta(days=1097)):
        jobs.run_due(app)
    held = raw.database(app)
    assert data_key.encode() not in held
    assert token.encode() not in held
    with pytest.raises(Exception, match="^$"):
        Seal.of(row_of(sent.ref).data_key).open(token)


def test_what_is_not_over_keeps_everything_for_as_long_as_it_takes(app: Flask, desk: None) -> None:
    with clock.pretending(BEGAN):
        refs = [making.request(state) for state in ("new", "expert", "asker", "passed_on", "answered")]
    run_after(3000)
    assert removals() == []
    assert [row_of(ref).matter is not None for ref in refs] == [True] * 5


def test_the_desk_sets_how_long(app: Flask, desk: None) -> None:
    sent = full()
    with writing():
        site_settings.put(CONTACT_KEPT_DAYS, 10)
        site_settings.put(TEXT_KEPT_DAYS, 20)
    run_after(11)
    assert removals() == [(sent.ref, "contact", "system")]
    run_after(21)
    assert len(removals()) == 2


def test_who_goes_on_with_a_request_begins_its_time_anew(app: Flask, desk: None) -> None:
    with clock.pretending(BEGAN):
        ref, _item_id = published()
        service.close(making.actor(ASKER), ref)
    run_after(1096)
    with clock.pretending(BEGAN + timedelta(days=1100)):
        service.write(making.actor(ASKER), ref, "三年たって、また同じことが起きました。")
        service.withdraw(making.actor(ASKER), ref)
    run_after(1200)
    assert [text for (text,) in values(Message.text) if text]
    run_after(1100 + 1096)
    assert {text for (text,) in values(Message.text)} == {None}


def test_a_published_answer_stays_and_one_that_was_only_thought_of_goes(app: Flask, desk: None) -> None:
    refs = [full().ref, full().ref]
    text = PublishedText("題", "問い", "答え")
    with writing() as session:
        for place, (ref, state) in enumerate(zip(refs, ("published", "asked"), strict=True)):
            row = session.execute(select(Request.id, Request.data_key).where(Request.ref == ref)).one()
            session.add(
                Publication(
                    request_id=row.id,
                    state=state,
                    text=Seal.of(row.data_key).close_published(text),
                    seed=str(place),
                    token_hash=str(place),
                    changed_at=BEGAN,
                )
            )
    run_after(1096)
    ((kept, state),) = values(Publication.text, Publication.state)
    assert state == "published"
    assert Seal.of(row_of(refs[0]).data_key).open_published(kept) == text


def test_an_account_is_forgotten_with_the_texts_and_figures_stay(app: Flask, desk: None, as_person: Browser) -> None:
    with clock.pretending(BEGAN):
        ref = making.request("closed")
    before, of_desk = row_of(ref), told(DESK)
    assert told(ASKER)
    run_after(1094)
    assert row_of(ref).asker_id == making.user_id(ASKER)
    run_after(1096)
    assert row_of(ref).asker_id is None
    assert (row_of(ref).category, row_of(ref).created_at) == (before.category, before.created_at)
    assert (told(ASKER), count(ASKER)) == ([], 0)
    assert told(DESK) == of_desk
    browser = as_person(ASKER)
    assert ref not in read(browser, "/counseling")
    assert read(browser, f"/counseling/requests/{ref}", 404)
    assert [lines for name, lines in checks.run().items() if name.startswith("counseling") and lines] == []


@pytest.mark.parametrize("by_code", [False, True])
def test_a_published_answer_can_be_taken_back_after_the_texts_have_gone(
    app: Flask, desk: None, as_person: Browser, by_code: bool
) -> None:
    with clock.pretending(BEGAN):
        ref = asked("" if by_code else ASKER)
        asker = making.actor("", ref) if by_code else making.actor(ASKER)
        service.agree(making.actor(EXPERT), ref, 1)
        service.approve(asker, ref, 1)
        service.close(asker, ref)
    run_after(1096)
    kept = row_of(ref)
    assert (kept.text_removed_at is not None, kept.receipt_hash is not None) == (True, by_code)
    browser = with_code(app, ref) if by_code else as_person(ASKER)
    page = read(browser, f"/counseling/requests/{ref}")
    assert "相談の文は消しました" in page
    assert asker_page(ref) in page
    assert MARKER in read(browser, asker_page(ref))
    assert press(browser, asker_page(ref), do="unpublish", seen="1").status_code == 303
    run_after(1097)
    assert (row_of(ref).asker_id, row_of(ref).receipt_hash) == (None, None)
    assert MARKER not in everywhere()
    assert read(browser, asker_page(ref), 404)


def test_one_request_that_cannot_be_worked_on_keeps_none_of_the_others(
    app: Flask, desk: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = full(), full()
    real = retention._remove_texts

    def fails(session: Any, request: Request) -> None:
        if request.ref == broken.ref:
            raise ValueError(making.BODY)
        real(session, request)

    monkeypatch.setattr(retention, "_remove_texts", fails)
    run_after(1096)
    assert row_of(broken.ref).text_removed_at is None
    assert row_of(other.ref).text_removed_at is not None
    assert "ValueError" in caplog.text
    assert making.BODY not in caplog.text
