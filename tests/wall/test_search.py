"""The search tells nobody of what they may not read: not by a hit, a number, a facet, an offer or a spelling."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe import create_app
from sccafe.boards import measures, service, similar
from sccafe.core import jobs, site_settings
from sccafe.core.audience import AUDIENCES, NETWORK, PUBLIC, VISITOR, Viewer, audiences_of, room
from sccafe.core.database import db, end_reading, loading, writing
from sccafe.core.migrations import prepare
from sccafe.core.uploads import take
from sccafe.library import service as library
from sccafe.library.said import saying
from sccafe.library.service import FileChanges
from sccafe.library.shelf import shelf
from sccafe.search import circles, entries, folding, offering, queries
from sccafe.search.index import index
from sccafe.search.language import parse
from sccafe.search.models import Entry
from sccafe.search.spelling import nearest
from sccafe.search.wanted import Spelling, Wanted, Word
from tests import factories, postgres
from tests.conftest import Browser, settings_for
from tests.wall.markers import found_in, text, token, told_by

#: A room with a member, and one of which nobody is a member any more.
ROOM, DISSOLVED = room(7), room(9)
EVERYWHERE = frozenset({*AUDIENCES, ROOM, DISSOLVED})
ROLES = {"みどり": "member", "さくら": "expert", "みせばん": "industry", "なかむら": "secretariat", "まえだ": "admin"}
MANY = 200


@dataclass
class World:
    """For each marker the audiences of which a reader needs one; none where nobody finds it."""

    finders: dict[str, frozenset[str]] = field(default_factory=dict)
    keeper: Viewer = VISITOR
    newcomer: Viewer = VISITOR
    shadow: Viewer = VISITOR

    def mark(self, name: str, *audiences: str) -> str:
        self.finders[name] = frozenset(audiences)
        return text(name)

    def may_find(self, viewer: Viewer) -> set[str]:
        return {name for name, audiences in self.finders.items() if audiences & viewer.audiences}


def anywhere(handle: str) -> Viewer:
    """This person, let into every place: only to put something there."""
    found = factories.viewer_of(handle)
    return Viewer(found.user_id, found.role, EVERYWHERE, found.handle)


@pytest.fixture(scope="module")
def app(template: Path | str, cluster: "postgres.Cluster | None", tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One site for all tests here, which only read: planting takes longer than they do."""
    folder = tmp_path_factory.mktemp("search")
    address = cluster.create_copy(str(template)) if cluster else ""
    if not cluster:
        shutil.copy(template, folder / "sccafe.sqlite")
    made = create_app(settings_for(folder, **({"database_url": address} if address else {})))
    made.testing = True
    made.test_client_class = Browser
    with made.app_context():
        prepare()
        yield made
        db.session.remove()
        db.engine.dispose()
    if cluster:
        cluster.drop(address)


@pytest.fixture(scope="module")
def world(app: Flask) -> World:
    planted = World()
    with loading():
        _people(planted)
        boards = {audience: _board(audience) for audience in (*AUDIENCES, ROOM, DISSOLVED)}
        for audience, number in boards.items():
            _talk(planted, audience, number, boards[PUBLIC])
        for audience in AUDIENCES:
            _items(planted, audience)
    jobs.run_due(app)
    assert len(planted.finders) >= MANY
    return planted


def _people(world: World) -> None:
    for handle, role in ROLES.items():
        factories.person(handle, role)
    for state in ("active", "suspended", "unconfirmed", "awaiting_approval"):
        seen = state == "active"
        handle = token(f"handle-{state}")
        world.mark(f"handle-{state}", *((PUBLIC,) if seen else ()))
        factories.person(handle, state=state, about=world.mark(f"about-{state}", *((NETWORK,) if seen else ())))
    # Writes anonymously only: found as a person, and beside nothing that they wrote.
    world.mark("handle-shadow", PUBLIC)
    factories.person(token("handle-shadow"))
    factories.person("わかば", has_posted=False)
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    world.keeper, world.newcomer = anywhere("なかむら"), anywhere("わかば")
    world.shadow = anywhere(token("handle-shadow"))


def _board(audience: str) -> int:
    slug = audience.replace(":", "-")
    return factories.board(slug, "questions", audience, anonymous_allowed=True)


def _talk(world: World, audience: str, board: int, elsewhere: int) -> None:
    """On the board of this audience: what stands, what is hidden, waits, was deleted, was edited, came and went."""

    def mark(name: str, *audiences: str) -> service.Text:
        return service.prepare(world.mark(f"{name}-{audience}", *audiences))

    def start(name: str, by: Viewer, *audiences: str, on: int = board) -> int:
        title = world.mark(f"{name}-title-{audience}", *audiences)
        return service.start_topic(by, on, title, mark(f"{name}-post", *audiences), ["shopping"]).topic_id

    keeper = world.keeper
    stands = start("stands", keeper, audience)

    def reply(name: str, *audiences: str, by: Viewer = keeper, to: int = stands, masked: bool = False) -> int:
        text_ = mark(name, *audiences)
        return service.reply(by, to, None, text_, naming=service.Naming(anonymous=masked)).post_id

    reply("answer", audience)
    reply("masked", audience, by=world.shadow, masked=True)
    edited = reply("edited-old")
    service.edit_post(keeper, edited, mark("edited", audience))
    service.delete_post(keeper, reply("deleted"))
    measures.hide_post(keeper, reply("hidden"), world.mark(f"why-hidden-{audience}"))
    reply("held", by=world.newcomer)
    start("held-topic", world.newcomer)
    hidden = start("hidden-topic", keeper)
    reply("in-hidden", to=hidden)
    measures.change_topic(keeper, hidden, "hidden", "約束のため")
    deleted = start("deleted-topic", keeper)
    service.delete_post(keeper, factories.post_id(deleted, 1))
    if board != elsewhere:
        measures.move_topic(keeper, start("came", keeper, audience, on=elsewhere), board, "場所ちがいのため")
        measures.move_topic(keeper, start("went", keeper, PUBLIC), elsewhere, "場所ちがいのため")


def _items(world: World, audience: str) -> None:
    """On the shelf for this audience, and in every state in which an item stands on none."""
    keeper = world.keeper

    def hand_in(name: str, *audiences: str, submit: bool = True) -> Any:
        words = {
            "title": world.mark(f"{name}-title-{audience}", *audiences),
            "body": world.mark(f"{name}-body-{audience}", *audiences),
        }
        inside = world.mark(f"{name}-inside-{audience}", *audiences).encode()
        file = take(io.BytesIO(inside), f"{world.mark(f'{name}-file-{audience}', *audiences)}.txt", 10_000)
        more = {"kind": "case", "municipality": "132012", "sources": [{"title": "報告", "year": 2023}]}
        return library.hand_in(keeper, library.prepare(words | more), FileChanges(added=[file]), submit=submit)

    hand_in("draft", submit=False)
    hand_in("waiting")
    for name, audiences in (("shelf", (audience,)), ("archived", ())):
        item = hand_in(name, *audiences)
        library.publish(keeper, item.open_id, audience)
    library.archive(keeper, item.id, "古いため")


def readers() -> dict[str, Viewer]:
    member = factories.viewer_of("みどり")
    in_room = Viewer(member.user_id, "member", audiences_of("member", [7]), member.handle)
    return {"visitor": VISITOR, "in the room": in_room} | {
        role: factories.viewer_of(handle) for handle, role in ROLES.items()
    }


def test_the_index_gives_each_reader_what_they_may_read_and_nothing_else(world: World) -> None:
    for who, viewer in readers().items():
        found = {name for name in world.finders if _ids(viewer, _word(token(name)))}
        assert found == world.may_find(viewer), who
        by_shadow = Wanted(marks=((entries.by_person(world.shadow.user_id or 0),),))
        assert _ids(viewer, by_shadow) == [], who
        kinds = {db.session.get_one(Entry, number).kind for number in _ids(viewer, _word(token("handle-shadow")))}
        assert kinds == {"person" if viewer.signed_in else "handle"}
    end_reading()


def _word(typed: str) -> Wanted:
    return Wanted(((Word((Spelling(folding.fold(typed)),)),),))


def _ids(viewer: Viewer, wanted: Wanted) -> list[int]:
    return list(db.session.scalars(index().found(wanted, circles.of_reader(viewer))))


def test_numbers_facets_offers_and_spellings_know_nothing_else_either(app: Flask, world: World) -> None:
    """Every reader asks for every second marker, and is offered something for every sixth: all of it takes a minute."""
    offered: dict[str, set[str]] = {"suggested": set(), "similar": set(), "by its words": set(), "nearest": set()}
    for place, (who, viewer) in enumerate(readers().items()):
        may = world.may_find(viewer)
        with app.test_request_context():
            for name in list(world.finders)[place % 2 :: 2]:
                asked = parse(token(name))
                found, facets = queries.search(viewer, asked), queries.facets(viewer, asked)
                seen = (
                    bool(found.hits),
                    bool(found.total),
                    any(queries.counts(viewer, asked).values()),
                    any(facets.years.values()),
                )
                assert seen == (name in may,) * 4, (who, name)
                assert name in may or not (facets.boards or facets.themes), (who, name)
            for name in list(world.finders)[place % 6 :: 6]:
                typed = f"{token(name)}の買い物のことを聞きたいです。"
                alike, by_words = similar.similar_to(viewer, typed), offering.sharing_words(viewer, typed, similar.MOST)
                assert bool(by_words) == (name in may and is_said_in_a_text(name)), (who, name)
                assert alike[: len(by_words)] == by_words, (who, name)
                told = {
                    "suggested": str(queries.suggestions(viewer, token(name))),
                    "similar": str(alike),
                    "by its words": str(by_words),
                    "nearest": str(nearest(viewer, token(name)[:-1])),
                }
                for way, words in told.items():
                    assert found_in(words) <= may, (who, way, name)
                    offered[way] |= found_in(words)
        end_reading()
    # It could have been otherwise: each of the ways offers what may be read.
    assert all(offered.values())


def test_the_list_of_the_library_finds_what_each_reader_may_read_and_nothing_else(app: Flask, world: World) -> None:
    for who, viewer in readers().items():
        may = world.may_find(viewer)
        with app.test_request_context():
            for name in world.finders:
                found = shelf().find(viewer, {}, "new", 0, 20, saying(token(name)))
                there = (bool(found.total), bool(found.ids), any(found.counts.values()))
                assert there == (name in may and name.startswith("shelf-"),) * 3, (who, name)
        end_reading()


def is_said_in_a_text(name: str) -> bool:
    """By a post or a sheet, whose words bring it up beside a question; people and files are not compared with one."""
    return not name.startswith(("handle", "about")) and "-file-" not in name and "-inside-" not in name


def test_the_pages_show_each_reader_what_they_may_read_and_nothing_else(
    app: Flask, world: World, client: FlaskClient, as_person: Callable[[str], FlaskClient]
) -> None:
    for handle in ("", *ROLES):
        browser = as_person(handle) if handle else client
        viewer = factories.viewer_of(handle) if handle else VISITOR
        may = world.may_find(viewer)
        shown: set[str] = set()
        for query in ("in=boards", "in=library", "in=people", "facets=1", "sort=best"):
            for page in range(1, 8):
                answer = browser.get(f"/search?q=しるし&{query}&page={page}")
                assert answer.status_code == 200
                shown |= told_by(answer)
        assert shown <= may, handle
        # Handles hold no such word, and an excerpt shows one part of a file.
        assert {name for name in may if not name.startswith("handle")} <= shown, handle
        for part in ("facets?q=しるし&facets=1", "suggest?q=しるし"):
            assert told_by(browser.get(f"/search/{part}")) <= may, handle
