"""What is typed and not sent goes when it was sent, when its writer has no more part in the request, and with it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core.database import db, end_reading
from sccafe.counseling import service
from sccafe.counseling.models import Opening, OwnDraft, Request
from sccafe.counseling.service import deleting, drafts, openings, typing
from tests.counseling import making
from tests.counseling.making import ASKER, DESK, EXPERT, SECOND
from tests.counseling.test_at_once import at_once

TEXT = "議題に入れてもらいましょう。"


def kept_for() -> list[int]:
    found = list(db.session.scalars(select(OwnDraft.user_id).order_by(OwnDraft.user_id)))
    end_reading()
    return found


def test_nothing_is_kept_for_a_request_that_was_deleted_a_moment_ago(desk: None) -> None:
    ref = making.request("expert")
    deleting.delete(making.actor(ASKER), ref)
    typing.keep(making.actor(EXPERT), ref, "answer", TEXT)
    assert not drafts.keep(making.actor(ASKER), ref, {"body": "書きかけ"})
    assert kept_for() == []


@pytest.mark.parametrize(
    "ends",
    [
        lambda ref: service.recall(making.actor(DESK), ref, "担当を替えます"),
        lambda ref: service.hand_back(making.actor(EXPERT), ref, "予定が変わりました"),
        lambda ref: service.pass_on(making.actor(DESK), ref, "prefecture"),
        lambda ref: service.withdraw(making.actor(ASKER), ref),
    ],
)
def test_what_an_expert_typed_goes_with_their_part_in_it(desk: None, ends: Callable[[str], None]) -> None:
    ref = making.request("expert")
    typing.keep(making.actor(EXPERT), ref, "note", "相談した方は、")
    ends(ref)
    # Also what the page sends a moment later.
    typing.keep(making.actor(EXPERT), ref, "note", "相談した方は、まだ")
    assert kept_for() == []


def test_what_a_further_expert_typed_goes_at_the_end_and_the_desks_stays(desk: None) -> None:
    ref = making.request("expert")
    service.invite(making.actor(DESK), ref, making.user_id(SECOND))
    service.accept(making.actor(SECOND), ref)
    service.answer(making.actor(EXPERT), ref, TEXT, 0)
    for handle in (DESK, SECOND):
        typing.keep(making.actor(handle), ref, "note", "覚え書き")
    service.close(making.actor(ASKER), ref)
    assert kept_for() == [making.user_id(DESK)]


@pytest.mark.parametrize(
    ("handle", "part", "send"),
    [
        (EXPERT, "answer", lambda who, ref: service.answer(who, ref, TEXT, 0)),
        (EXPERT, "ask_back", lambda who, ref: service.ask_back(who, ref, TEXT)),
        (DESK, "note", lambda who, ref: service.note(who, ref, TEXT)),
        (DESK, "enter", lambda who, ref: service.enter(who, ref, TEXT)),
    ],
)
def test_what_was_sent_is_not_kept_when_it_comes_late(
    desk: None, handle: str, part: str, send: Callable[[service.Actor, str], None]
) -> None:
    ref = making.request("expert", asker="", way="telephone")
    who = making.actor(handle)
    typing.keep(who, ref, part, TEXT)
    send(who, ref)
    typing.forget(who, ref, part)
    typing.keep(who, ref, part, TEXT)
    assert kept_for() == []
    typing.keep(who, ref, part, TEXT + "それから、")
    assert typing.kept(who, ref)[part] == TEXT + "それから、"
    end_reading()


def test_two_pages_of_one_person_keep_different_parts_at_the_same_moment(app: Flask, desk: None) -> None:
    ref = making.request("expert")
    who = making.actor(EXPERT)
    words = {part: f"{part}の文" for part in ("answer", "ask_back", "note")}
    keeps = [lambda ref, part=part: typing.keep(who, ref, part, words[part]) for part in words]
    assert at_once(app, ref, *keeps) == ["done"] * 3
    assert {part: typing.kept(who, ref)[part] for part in words} == words
    end_reading()


def test_a_form_and_an_open_page_are_kept_once_when_they_come_twice_at_the_same_moment(app: Flask, desk: None) -> None:
    ref = making.request("expert")
    asker, who = making.actor(ASKER), making.actor(DESK)
    request_id = db.session.scalars(select(Request.id)).one()
    end_reading()
    for place in (ref, drafts.NEW):
        keeps = [lambda _, body=body, place=place: drafts.keep(asker, place, {"body": body}) for body in "あいう"]
        assert at_once(app, ref, *keeps) == ["done"] * 3
        assert drafts.kept(asker, place)["body"] in "あいう"
        end_reading()
    assert at_once(app, ref, *[lambda _: openings.opened(who, request_id)] * 3) == ["done"] * 3
    assert len(db.session.scalars(select(Opening.user_id)).all()) == 1
    end_reading()
