"""The bookmark of a post, and the list of one's own."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import queries as boards
from sccafe.boards import shown
from sccafe.boards.threads import NotThere
from sccafe.bookmarks import queries, service
from sccafe.bookmarks.forms import BookmarkForm
from sccafe.core import web
from sccafe.core.audience import may_read
from sccafe.core.database import end_reading
from sccafe.core.formats import day_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.core.markup import plain
from sccafe.extensions import limiter

pages = Blueprint("bookmarks", __name__)

#: Floods only.
TOUCHES = limiter.limit("60/minute", methods=["POST"])
EXCERPT = 100


@pages.route("/posts/<int:post_id>/bookmark", methods=["GET", "POST"])
@TOUCHES
def bookmark(post_id: int) -> ResponseReturnValue:
    """Put a bookmark in, change it, or take it out."""
    who, language = viewer(), locale()
    if not who.signed_in:
        return web.sign_in_first()
    post = boards.post(who, post_id)
    # What waits or is hidden is there for its writer too, but nobody comes back to it.
    if post is None or post.state != "published" or not may_read(post.audience, who):
        raise NotThere
    mine = queries.bookmark(who, post_id)
    end_reading()
    form = BookmarkForm(mine.note, None if mine.reminded_at else mine.remind_on) if mine else BookmarkForm()
    if request.method == "POST" and request.form.get("do") == "remove":
        return _removed(mine, f"/posts/{post_id}")
    if form.validate_on_submit():
        try:
            service.save(who, post_id, form.note.data or "", form.remind_on.data)
        except service.TooMany:
            form.form_errors.append(
                _("しおりは%(number)s枚までです。使い終わったものを外してください。", number=service.MOST)
            )
        else:
            flash(_said(form, language, changed=mine is not None), "link")
            return web.see_other(f"/posts/{post_id}")
    return render_template(
        "bookmarks/bookmark.html",
        place="bookmarks",
        form=form,
        mine=mine,
        reminded=day_text(mine.remind_on, language) if mine and mine.reminded_at and mine.remind_on else "",
        post=SimpleNamespace(id=post_id, title=post.title, text=plain(post.html, EXCERPT)),
        topic_href=f"/topics/{post.topic_id}",
    ), (422 if form.errors else 200)


def _said(form: BookmarkForm, language: str, changed: bool) -> Any:
    """The message after it was saved, with the way to the list."""
    if form.remind_on.data:
        text = _("しおりをはさみました。%(day)sの朝に知らせます。", day=day_text(form.remind_on.data, language))
    else:
        text = _("しおりを直しました。") if changed else _("しおりをはさみました。")
    return {"text": text, "href": "/bookmarks", "label": _("しおりを見る")}


def _removed(mine: Row[Any] | None, back: str) -> ResponseReturnValue:
    if mine is not None:
        _take_out(mine.id)
    return web.see_other(back)


def _take_out(bookmark_id: int) -> None:
    service.remove(viewer(), bookmark_id)
    undo = {"text": _("しおりを外しました。"), "action": f"/bookmarks/{bookmark_id}/keep", "label": _("元に戻す")}
    flash(undo, "undo")  # type: ignore[arg-type]


@pages.get("/bookmarks")
def list_of_bookmarks() -> ResponseReturnValue:
    who, language = viewer(), locale()
    if not who.signed_in:
        return web.sign_in_first()
    page, pages_in_all = web.page_number(), max(1, -(-queries.count(who) // queries.PER_PAGE))
    if page > pages_in_all:
        return redirect("/bookmarks")
    return render_template(
        "bookmarks/list.html",
        place="bookmarks",
        bookmarks=[_line(row, language) for row in queries.bookmarks(who, page)],
        pager=web.pager("/bookmarks", page, pages_in_all),
    )


def _line(row: Row[Any], language: str) -> SimpleNamespace:
    """A bookmark in the list; of a post that cannot be read it holds the number alone."""
    if row.title is None:
        return SimpleNamespace(id=row.id, title="", note="", day="")
    day = day_text(row.remind_on, language) if row.remind_on else ""
    return SimpleNamespace(
        id=row.id,
        post_id=row.post_id,
        title=row.title,
        board=shown.board_title(row, language),
        name=shown.writer_name(row.alias, row.guest_name, row.handle),
        text=plain(row.html, EXCERPT),
        note=row.note,
        day=day,
        to_come=bool(day) and row.reminded_at is None,
    )


@pages.post("/bookmarks/<int:bookmark_id>/remove")
@TOUCHES
def remove(bookmark_id: int) -> ResponseReturnValue:
    if not viewer().signed_in:
        return web.sign_in_first()
    end_reading()
    _take_out(bookmark_id)
    return web.see_other("/bookmarks")


@pages.post("/bookmarks/<int:bookmark_id>/keep")
@TOUCHES
def keep(bookmark_id: int) -> ResponseReturnValue:
    """Put back what was taken out."""
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    service.put_back(who, bookmark_id)
    return web.see_other("/bookmarks")
