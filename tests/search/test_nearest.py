"""Where nothing is found the nearest word is offered, and never one of a text that the reader may not read."""

import pytest
from flask import Flask

from sccafe.boards import measures
from sccafe.boards.models import Topic
from sccafe.core import clock
from sccafe.core.audience import VISITOR, Viewer
from sccafe.core.database import end_reading, writing
from sccafe.search import nearest as words
from sccafe.search.spelling import nearest
from tests import factories, timed


def offered(viewer: Viewer, typed: str) -> str | None:
    found = nearest(viewer, typed)
    end_reading()
    return found


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    factories.person("みどり")
    factories.person("なかむら", "secretariat")
    public, members = factories.board(), factories.board("inside", audience="members")
    return {
        "public": factories.topic("みどり", public, "移動販売車が月に二度来る集会所", "スマホ教室もひらいています。"),
        "members": factories.topic("みどり", members, "紫陽花食堂の後見人さがし", "サ高住の方のことです。"),
        "item": factories.item("みどり", "なかむら", title="茶飲みサロンの手びき"),
        "draft": factories.item("みどり", title="向日葵倶楽部のあゆみ"),
    }


SLIPS = [
    ("移動販買", "移動販売"),
    ("移動反売車", "移動販売車"),
    ("集会場所", "集会所"),
    ("茶飲みサロソ", "茶飲みサロン"),
    ("スマポ教室", None),
    ("スマーフォトン", "スマートフォン"),
    ("みとり", "みどり"),
    ("なかむろ", "なかむら"),
    ("まったくべつのことば", None),
    ("移", None),
    ("", None),
    ("長" * 1000, None),
]


def test_a_slip_of_the_pen_leads_to_the_word_that_was_meant(town: dict[str, int]) -> None:
    for typed, word in SLIPS:
        assert offered(VISITOR, typed) == word, typed


def test_a_word_of_a_text_is_offered_to_its_readers_alone(town: dict[str, int]) -> None:
    """Of a title, and of a text in which a word of our own list stands."""
    for typed, word in (("紫陽化食堂", "紫陽花食堂"), ("後見任", "後見人"), ("サ高重", "サ高住")):
        assert offered(factories.viewer_of("みどり"), typed) == word
        assert offered(VISITOR, typed) is None, typed


def test_a_word_of_something_hidden_or_not_yet_published_is_offered_to_nobody(town: dict[str, int]) -> None:
    staff = factories.viewer_of("なかむら")
    assert offered(staff, "向日葵倶楽会") is None
    assert offered(VISITOR, "移動反売車") == "移動販売車"
    measures.hide_post(staff, factories.post_id(town["public"], 1), "住民のお名前のため")
    assert offered(VISITOR, "移動反売車") is None
    assert offered(factories.viewer_of("みどり"), "移動反売車") is None


def test_a_person_who_has_left_is_not_offered(town: dict[str, int]) -> None:
    factories.person("さくらこ", state="suspended")
    assert offered(VISITOR, "さくらご") is None
    assert offered(factories.viewer_of("なかむら"), "さくらご") is None


def test_the_wall_stands_behind_the_candidates_too(town: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a candidate that should not have come up is not offered to somebody who would find nothing with it."""
    monkeypatch.setattr(words, "_known", lambda: (("紫陽花食堂", "紫陽花食堂"),))
    assert offered(VISITOR, "紫陽化食堂") is None
    assert offered(factories.viewer_of("みどり"), "紫陽化食堂") == "紫陽花食堂"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("買物", "買物", 0),
        ("買物支援", "買者支援", 1),
        ("さぽーたー", "さぽたーー", 1),
        ("abc", "abcd", 1),
        ("abcd", "bcd", 1),
        ("あいう", "かきく", 2),
    ],
)
def test_slips_are_counted_as_people_make_them(one: str, other: str, slips: int) -> None:
    assert words._distance(one, other, 1) == slips


def test_it_takes_a_moment_where_there_is_much_to_read(town: dict[str, int]) -> None:
    board_id = factories.board("many")
    now = clock.now()
    with writing() as session:
        session.add_all(
            Topic(
                board_id=board_id,
                audience="public",
                title=f"第{number}回 買い物支援と移動販売の打ち合わせ、地域の見守りについて",
                created_at=now,
                last_post_at=now,
            )
            for number in range(1500)
        )
    assert timed.seconds(lambda: offered(VISITOR, "移動販買の打ち合わわせ"), 0.03) < 0.1
