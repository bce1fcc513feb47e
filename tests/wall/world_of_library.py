"""The library's share of the world: an item for each audience, and one in every state on its way to the shelf."""

import io
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import select, update

from sccafe.boards import service as boards
from sccafe.core import clock, site_settings
from sccafe.core.audience import AUDIENCES, Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import take
from sccafe.library import asking, check_queries, checking, comments, reporting, selections, service, transfers, using
from sccafe.library.models import File, Item
from sccafe.notifications.models import Notice
from tests.files import packed, pdf
from tests.library.bundling import case
from tests.wall.markers import text


class Planter(Protocol):
    world: Any

    def later(self) -> Any: ...
    def who(self, name: str) -> Viewer: ...


def sheet(name: str, **more: Any) -> dict[str, Any]:
    """A sheet with a marker in its title, its text and its source: item-…, itembody-…, itemsource-…"""
    return {
        "kind": "case",
        "collection": "secretariat",
        "title": text(f"item-{name}"),
        "summary": text(f"itemsummary-{name}"),
        "body": text(f"itembody-{name}"),
        "prefecture": "13",
        "municipality": "134015",
        "themes": ["meals"],
        "sources": [{"author": text(f"itemsource-{name}"), "title": "題名", "year": 2023}],
    } | more


def file_of(name: str) -> service.FileChanges:
    """A file with a marker in its name and one inside: itemfile-…, iteminside-…"""
    content = io.BytesIO(text(f"iteminside-{name}").encode())
    return service.FileChanges(added=[take(content, text(f"itemfile-{name}"), 1024**2)])


def plant(planter: Planter) -> None:
    """Everything is handed in by `writer`, who owns it; `gardener` of the secretariat publishes."""
    ids, writer, keeper = planter.world.ids, planter.who("writer"), planter.who("gardener")

    def hand_in(name: str, submit: bool = True) -> int:
        with planter.later():
            item = service.hand_in(writer, service.prepare(sheet(name)), file_of(name), submit=submit)
        ids[f"item_{name}"], ids[f"version_{name}"] = item.id, item.open_id
        ids[f"itemfile_{name}"] = db.session.scalar(select(File.id).where(File.item_id == item.id))
        end_reading()
        assert item.open_id is not None
        return item.open_id

    for audience in AUDIENCES:
        version_id = hand_in(audience)
        with planter.later():
            service.publish(keeper, version_id, audience)
    hand_in("draft", submit=False)
    hand_in("submitted")
    service.take(keeper, hand_in("review"))
    said = comments.comment(keeper, ids["item_review"], "body", text("comment-review"))
    ids["comment_review"] = said.id
    service.send_back(keeper, hand_in("returned"), text("note-returned"))
    version_id = hand_in("archived")
    service.publish(keeper, version_id)
    service.archive(keeper, ids["item_archived"], text("why-archived"))
    # On the shelf in its first version, while the next one waits.
    version_id = hand_in("changing")
    service.publish(keeper, version_id)
    begun = service.begin(writer, ids["item_changing"])
    next_sheet = service.prepare(sheet("changing", title=text("item-next"), body=text("itembody-next")))
    service.save(writer, begun.id, next_sheet, begun.saved)
    service.submit(writer, begun.id)
    ids["version_next"] = begun.id
    _reports(planter)
    _talk(planter, hand_in("talked"))
    _pdf(planter)
    _selections(planter)
    _plant_checks(planter)
    _plant_bundles(planter)


def _reports(planter: Planter) -> None:
    """How it went: for the public and for members, and one that the secretariat took off the page."""
    ids = planter.world.ids

    def tell(name: str, item: str, by: str) -> None:
        words = boards.prepare(text(f"report-{name}"))
        told = reporting.Told(
            "well",
            place=text(f"reportplace-{name}"),
            changed=text(f"reportchange-{name}"),
            cost=text(f"reportcost-{name}"),
            source=words.source,
            html=words.html,
        )
        with planter.later():
            ids[f"told_{name}"] = reporting.tell(planter.who(by), ids[f"item_{item}"], told).id

    tell("public", "public", "member")
    tell("members", "members", "member")
    tell("hidden", "public", "newcomer")
    reporting.hide(planter.who("gardener"), ids["told_hidden"], text("why-report"))


def _talk(planter: Planter, version_id: int) -> None:
    """A public item that members talk about among themselves."""
    ids, keeper = planter.world.ids, planter.who("gardener")
    service.publish(keeper, version_id)
    with writing():
        site_settings.put(using.TALK_BOARD, "for-members")
    # Long ago: it stands last in every list, where those of other tests are looked for first.
    with clock.pretending(clock.now() - timedelta(days=30)):
        title, words = "題名", boards.prepare(text("talk-post"))
        written = using.talk(keeper, ids["item_talked"], title, words, "")
    ids["topic_talked"], ids["post_talked"] = written.topic_id, written.post_id
    with writing():
        site_settings.put(using.TALK_BOARD, "exchange")


def _plant_checks(planter: Planter) -> None:
    """The members' item is overdue and its owner asked; the experts' needs work; of the network's, a link has died."""
    ids, writer, keeper = planter.world.ids, planter.who("writer"), planter.who("gardener")
    today = clock.today()

    def asked(name: str, user: str) -> str:
        with writing() as session:
            session.execute(update(Item).where(Item.id == ids[f"item_{name}"]).values(due_on=today))
        asking.ask(ids[f"item_{name}"], today)
        link = check_queries.link_to(ids[f"user_{user}"], ids[f"item_{name}"])
        end_reading()
        return link.rpartition("/")[2]

    ids["token_check_writer"] = asked("members", "writer")
    checking.set_owner(keeper, ids["item_network"], planter.who("member").handle, "")
    ids["token_check_former"] = asked("network", "member")
    checking.set_owner(keeper, ids["item_network"], writer.handle, planter.who("member").handle)
    with writing() as session:
        later = today.replace(year=today.year + 1, day=1)
        session.execute(update(Item).where(Item.id == ids["item_network"]).values(due_on=later))
    checking.needs_work(writer, ids["item_experts"], text("worknote-experts"))
    for name, kind, user in (
        ("check", "check", "writer"),
        ("returned", "returned", "writer"),
        ("submitted", "submitted", "secretariat"),
        ("work", "work", "secretariat"),
    ):
        ids[f"notice_{name}"] = db.session.scalar(
            select(Notice.id).where(Notice.kind == kind, Notice.user_id == ids[f"user_{user}"]).order_by(Notice.id)
        )
    ids["notice_put_away"] = db.session.scalar(
        select(Notice.id).where(Notice.measure == "archived", Notice.user_id == writer.user_id)
    )
    end_reading()


def _pdf(planter: Planter) -> None:
    """One for members, in the next version of their item: itempdf-members."""
    ids, writer, keeper = planter.world.ids, planter.who("writer"), planter.who("gardener")
    begun = service.begin(writer, ids["item_members"])
    added = service.FileChanges(added=[take(io.BytesIO(pdf()), text("itempdf-members"), 1024**2)])
    service.save(writer, begun.id, service.Said(begun.sheet, begun.html), begun.saved, added)
    with planter.later():
        service.publish(keeper, begun.id, "members")
    ids["itempdf_members"] = db.session.scalar(
        select(File.id).where(File.item_id == ids["item_members"], File.kind == "pdf")
    )
    end_reading()


def _selections(planter: Planter) -> None:
    """One for each audience, of everything that is planted: selection-…, selectiontext-…, and selectionnote-… of each
    item."""
    ids, keeper = planter.world.ids, planter.who("gardener")
    names = [name.removeprefix("item_") for name in ids if name.startswith("item_")]
    items = selections.lines("\n".join(f"{ids[f'item_{name}']} {text(f'selectionnote-{name}')}" for name in names))
    for audience in AUDIENCES:
        with planter.later():
            said = selections.prepare(text(f"selection-{audience}"), text(f"selectiontext-{audience}"), audience, items)
            ids[f"selection_{audience}"] = selections.make(keeper, said)


def _plant_bundles(planter: Planter) -> None:
    """A bundle that waits to be taken in, a broken one, and one that was written out."""
    ids, keeper = planter.world.ids, planter.who("gardener")
    owner = f"{text('bundle-owner')[:12]}"
    for name, values in (("ready", {"owner": owner}), ("faulty", {"kind": text("bundle-said")})):
        content = packed({"a.yaml": case(title=text(f"bundle-{name}"), **values)})
        ids[f"bundle_{name}"] = transfers.receive(keeper, io.BytesIO(content), f"{text(f'bundlename-{name}')}.zip")
    ids["bundle_out"] = transfers.begin_export(keeper, True)
    for name in ("ready", "faulty", "out"):
        transfers.work(ids[f"bundle_{name}"])
