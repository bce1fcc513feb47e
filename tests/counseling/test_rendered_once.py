"""What is said is rendered when it is written: a look renders nothing, and no text keeps a request from being read."""

import pytest
from sqlalchemy import select, update

from sccafe.core import markup
from sccafe.core.database import db, end_reading, writing
from sccafe.core.text_rules import TextRefused
from sccafe.counseling import reading, rendering, service
from sccafe.counseling.models import Message, Note
from sccafe.counseling.reading import Conversation
from tests.counseling import making
from tests.counseling.making import ASKER, DESK, EXPERT


@pytest.fixture
def ref(desk: None) -> str:
    """A request with a message of every kind, and a note."""
    ref = making.request("routing", asker="", way="telephone")
    service.enter(making.actor(DESK), ref, "**聞いたこと**")
    service.note(making.actor(DESK), ref, "**連絡**")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    service.accept(making.actor(EXPERT), ref)
    service.ask_back(making.actor(EXPERT), ref, "**質問**")
    service.write(making.actor("", ref), ref, "**返事**")
    service.answer(making.actor(EXPERT), ref, "**答え**", 0)
    return ref


def seen(ref: str) -> list[str]:
    opened: Conversation = reading.open_request(making.actor(DESK), ref)
    return [str(said.html) for said in (*opened.messages, *opened.notes)][1:]


SAID = [f"<p><strong>{text}</strong></p>" for text in ("聞いたこと", "質問", "返事", "答え", "連絡")]


def test_a_look_renders_nothing(ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "render", None)
    assert seen(ref) == SAID


def test_what_has_no_html_or_that_of_another_version_is_rendered(ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_VERSION", "0\n")
    assert seen(ref) == SAID
    with writing() as session:
        for kept in (Message, Note):
            session.execute(update(kept).values(html=None))
    assert seen(ref) == SAID


def test_a_text_that_the_rules_refuse_today_comes_as_it_was_typed(ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str) -> str:
        raise TextRefused("too_long")

    with writing() as session:
        session.execute(update(Message).values(html=None))
    monkeypatch.setattr(markup, "render", refuse)
    assert seen(ref)[0] == "<p>**聞いたこと**</p>"
    asker = making.request(asker=ASKER, body="<b>強く</b>")
    assert reading.open_request(making.actor(ASKER), asker).messages[0].html == "<p>&lt;b&gt;強く&lt;/b&gt;</p>"


def test_html_is_sealed_like_its_text(ref: str) -> None:
    for kept in (Message, Note):
        html = list(db.session.scalars(select(kept.html)))
        end_reading()
        assert html
        assert all(one is not None and one.startswith("gAAAA") for one in html)
