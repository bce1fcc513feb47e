"""試してみた: the form of a report, and the secretariat's way to take one off the page."""

from types import SimpleNamespace
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import shown as boards_shown
from sccafe.boards.blueprint import preview_of
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.formats import known_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import item_queries, policy, queries, reporting, words
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.item_forms import HideForm, ReportForm


@pages.route("/library/<int:item_id>/report", methods=["GET", "POST"])
@WRITES
def report(item_id: int) -> ResponseReturnValue:
    """Tell how it went, or change what one has told."""
    who = viewer()
    row = queries.item(who, item_id)
    if row is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    if not policy.may_report(who):
        raise MayNot("report")
    own = item_queries.own_report(who, item_id)
    form = ReportForm(data=_as_typed(own) if own and request.method == "GET" else None)
    end_reading()
    preview: Markup | str = ""
    if request.method == "POST" and request.form.get("do") == "preview":
        preview = preview_of(form.body.data or "")
    elif form.validate_on_submit():
        told = reporting.tell(who, item_id, form.told)
        flash(_("報告を書き換えました。") if own else _("ありがとうございます。これから試す人の助けになります。"))
        return web.see_other(f"/library/{item_id}#report-{told.id}")
    return render_template(
        "library/report.html",
        item=SimpleNamespace(id=row.id, title=row.title),
        form=form,
        has_reported=own is not None,
        hidden_reason=own.hidden_reason if own else "",
        who_reads=boards_shown.who_reads(row.audience),
        preview_html=preview,
        place="library",
    ), (422 if form.errors else 200)


def _as_typed(row: Row[Any]) -> dict[str, Any]:
    """What was told before, as the form has it."""
    since = known_text(row.since, "ja") if row.since and locale() == "ja" else row.since
    return {
        "outcome": row.outcome,
        "place": row.place,
        "since": since,
        "changed": row.changed,
        "body": row.source,
        "cost": row.cost,
    }


@pages.post("/library/<int:item_id>/report/delete")
@WRITES
def delete_report(item_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    reporting.take_back(who, item_id)
    flash(_("報告を消しました。"))
    return web.see_other(f"/library/{item_id}#reports")


@pages.route("/library/reports/<int:report_id>/hide", methods=["GET", "POST"])
@WRITES
def hide_report(report_id: int) -> ResponseReturnValue:
    """Take a report off the page for a reason; with `do=show` put it back."""
    who = viewer()
    row = item_queries.report(who, report_id)
    if row is None:
        raise NotThere
    form = HideForm(data={"reason": row.hidden_reason})
    end_reading()
    show = request.method == "POST" and request.form.get("do") == "show"
    if show or form.validate_on_submit():
        item_id = reporting.hide(who, report_id, "" if show else form.reason.data)
        flash(_("報告をまた出しました。") if show else _("報告を非表示にしました。書いた人には理由が見えます。"))
        return web.see_other(f"/library/{item_id}#report-{report_id}")
    return render_template(
        "library/hide_report.html",
        report=SimpleNamespace(
            id=row.id,
            item_id=row.item_id,
            title=row.title,
            handle=row.handle,
            outcome=words.outcome(row.outcome),
            place=row.place,
            html=Markup(row.html),  # noqa: S704  the renderer's own
            is_hidden=bool(row.hidden_reason),
        ),
        form=form,
        place="library",
    ), (422 if form.errors else 200)
