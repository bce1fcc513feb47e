"""What changes is found as it is now, from the next search on: also where it changes by a way of its own."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, update

from sccafe.boards import measures, meetings, outcomes, service
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.meetings import Meeting
from sccafe.boards.models import Board, PollChoice, Post
from sccafe.boards.polls import PollWanted
from sccafe.core import markup, site_settings
from sccafe.core.audience import VISITOR, Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import take
from sccafe.library import checking
from sccafe.library import service as library
from sccafe.search import circles, entries, folding, keeping
from sccafe.search.index import index
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word
from sccafe.site import rerendering
from tests import factories


@pytest.fixture
def staff(app: Flask) -> Viewer:
    factories.person("みどり")
    factories.person("はるか")
    factories.person("管理", "admin")
    factories.person("なかむら", "secretariat")
    return factories.viewer_of("なかむら")


def finds(viewer: Viewer, *words: str, mark: str = "") -> list[tuple[str, int]]:
    """Kind and number of what this reader finds, the newest first."""
    all_of = tuple((Word((Spelling(folding.fold(word)),)),) for word in words)
    wanted = Wanted(all_of, marks=((mark,),) if mark else ())
    ids = db.session.scalars(index().found(wanted, circles.of_reader(viewer))).all()
    rows = {row.id: (row.kind, row.ref) for row in db.session.execute(select(Entry).where(Entry.id.in_(ids))).scalars()}
    assert list(keeping.differences()) == []
    end_reading()
    return [rows[number] for number in ids]


def test_a_post_is_found_by_what_it_says_now(staff: Viewer) -> None:
    midori = factories.viewer_of("みどり")
    topic = factories.topic("みどり", factories.board(), "移動販売のこと", "毎週来ます。")
    post = factories.post_id(topic, 1)
    assert finds(VISITOR, "毎週来ます") == finds(VISITOR, "移動販売") == [("post", post)]
    service.edit_post(midori, post, service.prepare("毎月になりました。"), "買い物のこと")
    assert finds(VISITOR, "毎週来ます") == finds(VISITOR, "移動販売") == []
    assert finds(VISITOR, "毎月になりました") == finds(VISITOR, "買い物のこと") == [("post", post)]
    service.delete_post(midori, post)
    assert finds(staff, "毎月") == []
    service.undo_delete(midori, post)
    assert finds(VISITOR, "毎月") == [("post", post)]
    measures.hide_post(staff, post, "約束のため")
    assert finds(VISITOR, "毎月") == []
    measures.restore_post(staff, post, "見なおしたため")
    assert finds(VISITOR, "毎月") == [("post", post)]


def test_a_topic_that_moves_and_a_board_that_closes_take_their_posts_along(staff: Viewer) -> None:
    public, closed = factories.board(), factories.board("lounge", audience="members")
    topic = factories.topic("みどり", public, "傾聴のこと", "話を聞きます。")
    answer = factories.answer("はるか", topic, "傾聴を学びました。")
    posts = [("post", answer), ("post", factories.post_id(topic, 1))]
    assert finds(VISITOR, "傾聴", mark=entries.on_board(public)) == posts
    measures.move_topic(staff, topic, closed, "場所ちがいのため")
    member = factories.viewer_of("みどり")
    assert finds(VISITOR, "傾聴") == finds(member, "傾聴", mark=entries.on_board(public)) == []
    assert finds(member, "傾聴", mark=entries.on_board(closed)) == posts
    board = db.session.get_one(Board, closed)
    end_reading()
    values = {name: getattr(board, name) for name in BoardValues.__dataclass_fields__}
    save_board(factories.viewer_of("管理"), closed, BoardValues(**values | {"audience": "public"}))
    assert finds(VISITOR, "傾聴") == posts
    save_board(factories.viewer_of("管理"), closed, BoardValues(**values | {"audience": "staff"}))
    assert finds(member, "傾聴") == []
    assert finds(staff, "傾聴") == posts


def test_an_answer_let_through_shows_its_hidden_topic_again(staff: Viewer) -> None:
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    topic = factories.topic("みどり", factories.board(), "花見のこと", "どこへ行きますか。")
    factories.person("新人", has_posted=False)
    waiting = factories.answer("新人", topic, "花見は公園です。")
    assert finds(staff, "花見") == [("post", factories.post_id(topic, 1))]
    measures.change_topic(staff, topic, "hidden", "約束のため")
    assert finds(staff, "花見") == []
    measures.approve_post(staff, waiting)
    assert set(finds(VISITOR, "花見")) == {("post", factories.post_id(topic, 1)), ("post", waiting)}


def test_who_answers_for_an_item_and_whether_it_is_right_are_found_as_they_are_now(staff: Viewer) -> None:
    item = factories.item("みどり", "なかむら")
    midori, haruka = factories.viewer_of("みどり"), factories.viewer_of("はるか")
    assert finds(VISITOR, "移動販売", mark=entries.by_person(midori.user_id or 0)) == [("item", item)]
    assert finds(VISITOR, "移動販売", mark=entries.TRUSTED) == [("item", item)]
    checking.set_owner(staff, item, "はるか", "")
    assert finds(VISITOR, "移動販売", mark=entries.by_person(midori.user_id or 0)) == []
    assert finds(VISITOR, "移動販売", mark=entries.by_person(haruka.user_id or 0)) == [("item", item)]
    checking.needs_work(staff, item)
    assert finds(VISITOR, "移動販売", mark=entries.TRUSTED) == []
    checking.still_right(staff, item)
    assert finds(VISITOR, "移動販売", mark=entries.TRUSTED) == [("item", item)]
    library.archive(staff, item, "古いため")
    assert finds(staff, "移動販売") == []
    library.put_back(staff, item)
    library.change_audience(staff, item, "members")
    assert finds(VISITOR, "移動販売") == []
    assert finds(midori, "移動販売") == [("item", item)]


def test_what_a_newer_renderer_makes_of_a_text_is_found(staff: Viewer) -> None:
    topic = factories.topic("なかむら", factories.board("meeting", "meeting"), "体操のこと", "椅子でします。")
    outcomes.write_outcome(staff, topic, service.prepare("来月から始めます。"), None)
    post = ("post", factories.post_id(topic, 1))
    assert finds(VISITOR, "来月から") == [post]
    with writing() as session:  # as an older one has left it
        session.execute(update(Post).values(html="<p>前の形です。</p>", renderer=markup.RENDERER_VERSION - 1))
        keeping.renew(session, "post", session.scalars(select(Post.id)))
    assert finds(VISITOR, "椅子") == []
    rerendering.rerender()
    assert finds(VISITOR, "椅子") == [post]
    assert finds(VISITOR, "前の形") == []


def test_a_poll_is_found_with_its_topic_and_a_file_with_its_post_by_its_name(staff: Viewer) -> None:
    meeting = Meeting(None, None, PollWanted("集まる曜日", ("月曜の午後", "木曜の夜")))
    board = factories.board("meeting", "meeting")
    topic = service.start_topic(staff, board, "次の集まり", service.prepare("ご意見を。"), meeting=meeting).topic_id
    opening = ("post", factories.post_id(topic, 1))
    sheet = [take(BytesIO("曜,人\n月,2\n".encode()), "雪かき当番表.csv", 1000)]
    answer = service.reply(factories.viewer_of("みどり"), topic, None, service.prepare("表です。"), files=sheet).post_id
    assert finds(VISITOR, "曜日") == finds(VISITOR, "木曜の夜") == [opening]
    assert finds(VISITOR, "雪かき当番") == [("post", answer)]
    number = db.session.scalars(select(PollChoice.id).where(PollChoice.text == "木曜の夜")).one()
    end_reading()
    later = PollWanted("集まる曜日", ("土曜の朝",), reworded={number: ""})
    meetings.change(staff, topic, Meeting(None, None, later))
    assert finds(VISITOR, "木曜の夜") == []
    assert finds(VISITOR, "土曜") == [opening]
    measures.hide_post(staff, answer, "名簿のため")
    assert finds(VISITOR, "雪かき当番") == []
