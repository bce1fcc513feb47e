"""特集: the secretariat's selections of items."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.core import taxonomy, web
from sccafe.core.audience import STAFF
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.core.markup import plain
from sccafe.library import policy, selection_queries, selections, words
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.errors import NotThere
from sccafe.library.handout_views import MOST_ITEMS, address
from sccafe.library.selection_forms import SelectionForm, audiences, why


@pages.get("/library/selections")
def selection_list() -> ResponseReturnValue:
    who, language, page = viewer(), locale(), web.page_number()
    rows, count = selection_queries.selections(who, page)
    names = audiences()
    return render_template(
        "library/selections.html",
        selections=[
            SimpleNamespace(
                title=row.title,
                href=f"/library/selections/{row.id}",
                text=plain(row.html, 100),
                count=row.item_count,
                at=moment(row.edited_at or row.created_at, language),
                audience=names.get(row.audience, ""),
                is_unfinished=row.audience == STAFF,
            )
            for row in rows
        ],
        pager=web.pager("/library/selections", page, max(1, -(-count // selection_queries.PER_PAGE))),
        may_make=policy.may_curate(who),
        place="library",
    )


@pages.get("/library/selections/<int:selection_id>")
def selection(selection_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = selection_queries.selection(who, selection_id)
    if found is None:
        raise NotThere
    rows = selection_queries.items_of(who, selection_id)
    return render_template(
        "library/selection.html",
        selection=found,
        html=Markup(found.html),  # noqa: S704  the renderer's own
        at=moment(found.edited_at or found.created_at, language),
        items=[
            SimpleNamespace(
                href=f"/library/{row.id}",
                kind=words.kind(row.kind),
                title=row.title,
                summary=row.summary,
                place=taxonomy.place(row.prefecture, row.municipality),
                note=row.note,
            )
            for row in rows
        ],
        handouts=_handouts(rows),
        audience=audiences().get(found.audience, ""),
        is_unfinished=found.audience == STAFF,
        may_make=policy.may_curate(who),
        place="library",
    )


def _handouts(rows: Sequence[Row[Any]]) -> list[tuple[str, str]]:
    """(label, address) of the PDFs in which all items fit."""
    found: list[tuple[str, str]] = []
    for start in range(0, len(rows), MOST_ITEMS):
        some = rows[start : start + MOST_ITEMS]
        label = _("まとめてPDFにする")
        if len(rows) > MOST_ITEMS:
            label = _("%(first)s〜%(last)s件目をPDFにする", first=start + 1, last=start + len(some))
        found.append((label, address("/library/handout.pdf", some)))
    return found


@pages.route("/library/selections/new", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_curate)
def new_selection() -> ResponseReturnValue:
    who, form = viewer(), SelectionForm()
    end_reading()
    if form.validate_on_submit():
        try:
            made = selections.make(who, form.said, form.once.data or "")
        except selections.Wrong as wrong:
            form.refuse(form.items, why(wrong))
        else:
            flash(_("特集を保存しました。"))
            return web.see_other(f"/library/selections/{made}")
    return _form_page(form, _("特集を作る"), "/library/selections/new", "/library/selections")


@pages.route("/library/selections/<int:selection_id>/edit", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_curate)
def edit_selection(selection_id: int) -> ResponseReturnValue:
    who = viewer()
    found = selection_queries.selection(who, selection_id)
    if found is None:
        raise NotThere
    items = selection_queries.all_items_of(who, selection_id)
    end_reading()
    form = SelectionForm(
        data={
            "title": found.title,
            "body": found.source,
            "items": selections.text_of((row.item_id, row.note) for row in items),
            "audience": found.audience,
            "seen": selections.state_of(found.edited_at),
        }
    )
    if form.validate_on_submit():
        try:
            selections.change(who, selection_id, form.said, form.seen.data or "")
        except selections.Wrong as wrong:
            form.refuse(form.items, why(wrong))
        except selections.Saved:
            form.refuse(
                form.title,
                _("ほかの人が先に保存しました。いま載っている内容を別の画面で確かめてから、もう一度保存してください。"),
            )
            form.seen.data = selections.state_of(found.edited_at)
        else:
            flash(_("特集を保存しました。"))
            return web.see_other(f"/library/selections/{selection_id}")
    address = f"/library/selections/{selection_id}"
    return _form_page(form, _("特集を直す"), f"{address}/edit", address)


def _form_page(form: SelectionForm, title: str, action: str, back: str) -> ResponseReturnValue:
    page = render_template(
        "library/selection_form.html", form=form, title=title, action=action, back=back, place="library"
    )
    return page, 422 if form.errors else 200
