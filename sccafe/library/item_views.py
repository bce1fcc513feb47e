"""The page of an item, and what readers do on it."""

from types import SimpleNamespace
from typing import Any

from flask import Response, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import policy as boards_policy
from sccafe.boards import shown as boards_shown
from sccafe.boards.blueprint import after_writing
from sccafe.boards.service import TITLE_LENGTH
from sccafe.core import language, taxonomy, web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.formats import known_text, moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import (
    citing,
    item_queries,
    policy,
    queries,
    related,
    reports_shown,
    sheet,
    shown,
    using,
    view_counts,
    words,
)
from sccafe.library.blueprint import TOUCHES, WRITES, pages
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.item_forms import TalkForm


@pages.get("/library/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """An item on the shelf; for its own people also one that is not, with what became of it."""
    who = viewer()
    row = queries.item(who, item_id)
    if row is None:
        return _off_the_shelf(who, item_id)
    page = item_page(who, row)
    if request.method == "GET" and not web.is_partial() and not who.is_staff and not _is_own(who, row):
        view_counts.count(item_id)
    return page


def item_page(who: Viewer, row: Row[Any], talking: TalkForm | None = None) -> ResponseReturnValue:
    """The page of this row of `queries.item`; `talking` is a form that failed."""
    tongue = locale()
    citation = citing.as_lines(_cited(row), tongue)
    reports = queries.reports(who, row.id)
    beside = _talk(who, row)
    return render_template(
        "library/item.html",
        item=_head(who, row, tongue),
        sheet=shown.sheet(row.sheet, row.html, tongue),
        files=shown.files(queries.files_of(row.published_id), tongue),
        use=SimpleNamespace(id=row.id, count=row.use_count, pressed=row.used, may=policy.may_use(who), said=""),
        related=[
            SimpleNamespace(id=each.id, title=each.title, place=taxonomy.place(each.prefecture, each.municipality))
            for each in related.related(who, row.id, sheet.tags_of(row.sheet))
        ],
        reports=reports_shown.reports(who, reports, tongue),
        outcomes=reports_shown.summary(row),
        changes=reports_shown.changes(reports),
        may_report=policy.may_report(who),
        has_reported=any(report.user_id == who.user_id for report in reports),
        talk=beside,
        talking=(talking or _talk_form(row)) if beside and beside.offered else None,
        citation="\n".join(citation),
        named=citation[0],
        place="library",
    ), (422 if talking else 200)


def _is_own(who: Viewer, row: Row[Any]) -> bool:
    return who.user_id is not None and who.user_id in (row.author_id, row.owner_id)


def _head(who: Viewer, row: Row[Any], tongue: str) -> SimpleNamespace:
    is_case, works = row.kind == "case", bool(policy.parts_of(who, _is_own(who, row)))
    return SimpleNamespace(
        id=row.id,
        title=row.title,
        is_case=is_case,
        chips=_chips(row),
        owner=row.owner_handle,
        author=row.author_handle if row.author_id != row.owner_id else None,
        checked=_checked(row, tongue),
        views=row.view_count,
        version=_("第%(number)s版", number=row.number),
        published=known_text(_cited(row).day, tongue),
        may_edit=works,
        may_curate=policy.may_curate(who),
        may_confirm=policy.may_confirm(who, row.owner_id is not None and row.owner_id == who.user_id),
        own_notes=row.needs_work or shown.is_overdue(row.due_on),
    )


def _chips(row: Row[Any]) -> list[tuple[str, str]]:
    """Its kind, and what a reader should know before relying on it."""
    chips = [("role", words.kind(row.kind))]
    if shown.is_overdue(row.due_on):
        chips.append(("open", _("確認の時期を過ぎています")))
    if row.needs_work:
        chips.append(("open", _("直しが必要とのことです")))
    return chips


def _checked(row: Row[Any], tongue: str) -> str:
    """2026年8月に確認、次は2027年8月."""
    if row.checked_on is None:
        return ""
    checked = known_text(f"{row.checked_on:%Y-%m}", tongue)
    if row.due_on is None:
        return _("%(month)sに確認", month=checked)
    return _("%(month)sに確認、次は%(next)s", month=checked, next=known_text(f"{row.due_on:%Y-%m}", tongue))


def _off_the_shelf(who: Viewer, item_id: int) -> ResponseReturnValue:
    """For its own people and the secretariat: why it cannot be read here, and the way to work on it."""
    row = queries.workable(who, item_id) if who.signed_in else None
    if row is None:
        raise NotThere
    state = "archived" if row.archived_at else row.open_state or "published"
    return render_template(
        "library/off_the_shelf.html",
        item=SimpleNamespace(
            id=row.id,
            title=row.title,
            chip=_("公開をやめました") if state == "archived" else words.state(state),
            is_archived=state == "archived",
            reason=row.archived_reason,
            since=moment(row.archived_at, locale()).tag if row.archived_at else "",
            may_edit=bool(policy.parts_of(who, _is_own(who, row))),
            may_curate=policy.may_curate(who),
        ),
        place="library",
    )


# --- 「使った」 --------------------------------------------------------------------------------------------


@pages.post("/library/<int:item_id>/use")
@TOUCHES
def use(item_id: int) -> ResponseReturnValue:
    """One press says it, the next one takes it back."""
    who = viewer()
    end_reading()
    stands, count = using.use(who, item_id)
    said = _("「使った」を伝えました。もう一度押すと取り消せます。") if stands else _("「使った」を取り消しました。")
    if web.is_partial():
        pressed = SimpleNamespace(id=item_id, count=count, pressed=stands, may=True, said=said)
        return render_template("library/_use.html", use=pressed)
    flash(said)
    return web.see_other(f"/library/{item_id}")


# --- talking about it --------------------------------------------------------------------------------------


def _talk(who: Viewer, row: Row[Any]) -> SimpleNamespace | None:
    """What stands on the page of its topic, or the form that begins one; None where neither is for this reader."""
    if row.topic_id is not None:
        topic = item_queries.topic_beside(who, row.topic_id)
        if topic is None:
            return None
        if topic.visibility != "deleted":
            return SimpleNamespace(
                topic=SimpleNamespace(
                    href=f"/topics/{topic.id}",
                    replies=max(0, topic.post_count - 1),
                    at=moment(topic.last_post_at, locale()),
                ),
                offered=False,
                sign_in=False,
            )
    board = item_queries.board_to_talk_on(who)
    if board is None or not using.may_be_talked_about(row.audience, board.audience) or using.is_kept(row):
        return None
    offered = boards_policy.may_start(who, board.kind, board.start, board.archived)
    if not offered and (who.signed_in or board.archived):
        return None
    return SimpleNamespace(
        topic=None,
        offered=offered,
        sign_in=not offered,
        board=boards_shown.board_title(board, locale()),
        who_reads=boards_shown.who_reads(board.audience),
    )


def _talk_form(row: Row[Any]) -> TalkForm:
    """The form of a word about this item: what is written leads back to it. In Japanese, as people write there."""
    with force_locale("ja"):
        language.forget()
        form = TalkForm(_("資料室：%(address)s", address=_address(row.id)))
    language.forget()
    return form


def _talk_title(title: str) -> str:
    """「題名」について, cut where it would be too long for a topic."""
    with force_locale("ja"):
        language.forget()
        most = TITLE_LENGTH - len(_("「%(title)s」について", title=""))
        made = _("「%(title)s」について", title=title if len(title) <= most else title[: most - 1] + "…")
    language.forget()
    return made


@pages.post("/library/<int:item_id>/talk")
@WRITES
def talk(item_id: int) -> ResponseReturnValue:
    """Begin to talk about it: one field and one press."""
    who = viewer()
    row = queries.item(who, item_id)
    if row is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    form, title = _talk_form(row), _talk_title(row.title)
    if not form.validate():
        beside = _talk(who, row)
        if beside and beside.topic:
            return web.see_other(beside.topic.href + "#reply")
        if not beside or not beside.offered:
            raise MayNot("talk")
        return item_page(who, row, form)
    end_reading()
    return after_writing(using.talk(who, item_id, title, form.text, form.once.data or ""))


# --- citing ------------------------------------------------------------------------------------------------


def _address(item_id: int) -> str:
    base: str = current_app.config["SETTINGS"].base_url
    return f"{base}/library/{item_id}"


def _cited(row: Row[Any]) -> citing.Cited:
    return citing.Cited(
        id=row.id,
        title=row.title,
        author=row.author_handle or row.owner_handle or "",
        version=row.number,
        published=row.version_published_at,
        address=_address(row.id),
        sheet=row.sheet,
    )


def _to_cite(item_id: int) -> citing.Cited:
    row = queries.item(viewer(), item_id)
    if row is None:
        raise NotThere
    return _cited(row)


@pages.get("/library/<int:item_id>.bib")
def bibtex(item_id: int) -> ResponseReturnValue:
    return _file(citing.as_bibtex(_to_cite(item_id)), "text/x-bibtex", f"sccafe-library-{item_id}.bib")


@pages.get("/library/<int:item_id>.json")
def data(item_id: int) -> ResponseReturnValue:
    return _file(citing.as_json(_to_cite(item_id)), "application/json", f"sccafe-library-{item_id}.json")


def _file(text: str, media_type: str, name: str) -> Response:
    """A text to be saved; as it differs for each reader, no cache in between keeps it."""
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response
