"""Staying true: the owner's two buttons, by a mailed link or signed in, and the desk's list of what is overdue."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.core import clock, web
from sccafe.core.audience import VISITOR, may_read
from sccafe.core.database import end_reading
from sccafe.core.formats import date_text, day_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import check_queries, checking, policy
from sccafe.library.blueprint import TOUCHES, pages
from sccafe.library.check_forms import OwnerForm, WorkForm
from sccafe.library.errors import MayNot, NotAnOwner, NotThere


def _thanks(right: bool) -> None:
    flash(
        _("ありがとうございます。今日の日付で、確かめたことを記録しました。")
        if right
        else _("ありがとうございます。直しが必要なことを、読む人と事務局に伝えました。")
    )


def _shown(row: Any) -> dict[str, Any]:
    """What the page with the two buttons says of an item."""
    language = locale()
    return {
        "item": row,
        "checked": day_text(row.checked_on, language) if row.checked_on else "",
        "due": day_text(row.due_on, language) if row.due_on and row.due_on <= clock.today() else "",
    }


@pages.route("/library/check/<token>", methods=["GET", "POST"])
@TOUCHES
def check_by_link(token: str) -> ResponseReturnValue:
    """The page of a mailed link. It signs nobody in, and opening it changes nothing: mail filters open links."""
    asked = check_queries.asked(token)
    form = WorkForm()
    valid = form.validate_on_submit()  # looks up the reader's language, so the reading ends after it
    shown = _shown(asked.item) if asked else {}
    end_reading()
    if asked is None:
        return web.private("prompts/dead_link.html", 410)
    if asked.is_answered:
        return web.private("library/check_answered.html")
    if valid:
        try:
            checking.answer_by_link(asked.viewer, token, right=form.says_right, note=form.note.data or "")
        except (NotThere, MayNot):
            return web.private("prompts/dead_link.html", 410)
        return web.see_other(f"/library/check/{token}")
    return web.private(
        "library/check.html",
        422 if form.errors else 200,
        form=form,
        action=f"/library/check/{token}",
        by_link=True,
        href=f"/library/{asked.item.id}" if may_read(asked.item.audience, VISITOR) else "",
        **shown,
    )


@pages.route("/library/<int:item_id>/check", methods=["GET", "POST"])
@TOUCHES
def check(item_id: int) -> ResponseReturnValue:
    """The same two buttons for the owner, and for the secretariat in their place."""
    who = viewer()
    row = check_queries.item(who, item_id)
    if row is None:
        raise NotThere
    if not policy.may_confirm(who, row.owner_id is not None and row.owner_id == who.user_id):
        raise MayNot("role")
    form = WorkForm()
    valid = form.validate_on_submit()
    shown = _shown(row)
    end_reading()
    if valid:
        if form.says_right:
            checking.still_right(who, item_id)
        else:
            checking.needs_work(who, item_id, form.note.data or "")
        _thanks(form.says_right)
        return web.see_other(f"/library/{item_id}")
    return web.private(
        "library/check.html",
        422 if form.errors else 200,
        form=form,
        action=f"/library/{item_id}/check",
        by_link=False,
        href=f"/library/{item_id}",
        **shown,
    )


# --- the desk ----------------------------------------------------------------------------------------------


@pages.get("/library/desk/checks")
@only_where(policy.may_curate)
def checks() -> ResponseReturnValue:
    """What is overdue, and what its owner says needs work."""
    who, language, page = viewer(), locale(), web.page_number()
    rows, total = check_queries.to_check(who, page)
    lines = [
        {
            "href": f"/library/{row.id}",
            "id": row.id,
            "title": row.title,
            "needs_work": row.needs_work,
            "note": row.work_note,
            "owner": row.owner_handle,
            "successor": row.successor_handle,
            "due": day_text(row.due_on, language) if row.due_on and row.due_on <= clock.today() else "",
            "checked": day_text(row.checked_on, language) if row.checked_on else "",
            "asked_count": row.asked_count,
            "asked": date_text(row.asked_at, language) if row.asked_at else "",
        }
        for row in rows
    ]
    pager = web.pager("/library/desk/checks", page, -(-total // check_queries.PER_PAGE))
    return render_template("library/checks.html", place="library", lines=lines, total=total, pager=pager)


@pages.route("/library/<int:item_id>/owner", methods=["GET", "POST"])
@TOUCHES
def owner(item_id: int) -> ResponseReturnValue:
    """The secretariat says who answers for an item, and who does once they leave."""
    who = viewer()
    row = check_queries.owned(who, item_id)
    if row is None:
        raise NotThere
    if not policy.may_curate(who):
        raise MayNot("role")
    form = OwnerForm(data={"handle": row.owner_handle or "", "successor": row.successor_handle or ""})
    valid = form.validate_on_submit()
    end_reading()
    if valid:
        try:
            checking.set_owner(who, item_id, form.handle.data or "", form.successor.data or "")
        except NotAnOwner as refused:
            form.refuse_person(refused.field)
        else:
            flash(_("持ち主を決めました。"))
            return web.see_other("/library/desk/checks")
    status = 422 if form.errors and request.method == "POST" else 200
    return render_template("library/owner.html", place="library", form=form, item=row), status
