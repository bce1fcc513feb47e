"""管理 → 表記ゆれ: the secretariat's own families of spellings. To everybody else there is nothing here."""

from collections.abc import Sequence
from types import SimpleNamespace

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.search import families, policy, service, spelling, spelling_queries
from sccafe.search.blueprint import WRITES, pages
from sccafe.search.spelling_forms import FamilyForm
from sccafe.search.spelling_queries import MOST_COUNTED, Change

PLACE = "/admin/spellings"


@pages.get(PLACE)
@only_where(policy.may_keep_spellings)
def spelling_list() -> ResponseReturnValue:
    return _list(FamilyForm())


def _list(form: FamilyForm) -> ResponseReturnValue:
    page = render_template(
        "admin/spellings.html",
        form=form,
        own=[
            SimpleNamespace(id=row.id, text=_in_a_line(spelling.stored(row.text)) or row.text)
            for row in spelling_queries.own_families()
        ],
        supplied=list(map(_in_a_line, families.supplied().families)),
    )
    return page, 422 if form.errors else 200


@pages.post(PLACE)
@pages.post(f"{PLACE}/<int:family_id>")
@WRITES
@only_where(policy.may_keep_spellings)
def save_spellings(family_id: int | None = None) -> ResponseReturnValue:
    who, form = viewer(), FamilyForm()
    _there(family_id)
    end_reading()
    if form.validate():
        try:
            service.save_family(who, family_id, form.family)
        except service.Full:
            form.refuse(form.spellings, _("これ以上は増やせません。使わないものを外してください。"))
        else:
            flash(_("表記ゆれを保存しました。"))
            return web.see_other(PLACE)
    return _list(form) if family_id is None else _edit(form, family_id)


@pages.get(f"{PLACE}/<int:family_id>")
@only_where(policy.may_keep_spellings)
def edit_spellings(family_id: int) -> ResponseReturnValue:
    return _edit(FamilyForm(data={"spellings": _there(family_id)}), family_id)


@pages.post(f"{PLACE}/preview")
@pages.post(f"{PLACE}/<int:family_id>/preview")
@WRITES
@only_where(policy.may_keep_spellings)
def preview_spellings(family_id: int | None = None) -> ResponseReturnValue:
    """What would be found: nothing is written."""
    form = FamilyForm()
    _there(family_id)
    if form.validate():
        return _edit(form, family_id, spelling_queries.changes(viewer(), family_id, form.family))
    return _list(form) if family_id is None else _edit(form, family_id)


@pages.route(f"{PLACE}/<int:family_id>/remove", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_keep_spellings)
def remove_spellings(family_id: int) -> ResponseReturnValue:
    who, form = viewer(), FamilyForm()
    family = spelling.stored(_there(family_id))
    if form.is_submitted():
        end_reading()
        service.remove_family(who, family_id)
        flash(_("表記ゆれから外しました。"))
        return web.see_other(PLACE)
    return render_template(
        "admin/spelling_remove.html",
        family_id=family_id,
        text=_in_a_line(family),
        changes=_shown(spelling_queries.changes_without(who, family_id, family)),
    )


def _there(family_id: int | None) -> str:
    """What a family says; the empty string for one that is to be made."""
    if family_id is None:
        return ""
    found = spelling_queries.own_family(family_id)
    if found is None:
        raise NotThere
    return str(found.text)


def _edit(form: FamilyForm, family_id: int | None, changes: Sequence[Change] | None = None) -> ResponseReturnValue:
    page = render_template(
        "admin/spelling.html",
        form=form,
        action=PLACE if family_id is None else f"{PLACE}/{family_id}",
        family_id=family_id,
        changes=None if changes is None else _shown(changes),
    )
    return page, 422 if form.errors else 200


def _in_a_line(family: families.Family) -> str:
    return "、".join(member.typed for member in family)


def _shown(changes: Sequence[Change]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            text=change.text,
            whole=change.whole,
            now=_count(change.now),
            after=_count(change.after),
            is_changed=change.now != change.after,
        )
        for change in changes
    ]


def _count(count: int) -> str:
    return _("1,000件以上") if count >= MOST_COUNTED else _("%(count)s件", count=count)
