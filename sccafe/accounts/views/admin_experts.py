"""For the secretariat: who answers counseling requests."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import people_shown, policy, queries, service
from sccafe.accounts.forms.admin import ExpertForm
from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import locale, page, pages
from sccafe.core import web
from sccafe.core.database import end_reading


@pages.get("/admin/experts")
@only_where(policy.may_manage_experts)
def experts() -> ResponseReturnValue:
    return page("admin/experts", experts=people_shown.experts(locale()))


@pages.route("/admin/experts/new", methods=["GET", "POST"])
@web.takes_files
@only_where(policy.may_manage_experts)
def new_expert() -> ResponseReturnValue:
    form = ExpertForm(handle=request.args.get("handle", "")[:60])
    del form.remove_picture
    end_reading()  # a picture is looked at
    if form.validate_on_submit():
        found = queries.person_by_handle(form.handle.data)
        if found is None:
            form.refuse(form.handle, _("このハンドル名の方は見つかりません。会員のページで確かめてください。"))
        elif not policy.may_be_expert(found.role):
            form.refuse(form.handle, _("企業・団体の方は、専門家になれません。"))
        elif queries.expert_profile(found.id) is not None:
            form.refuse(form.handle, _("この方の紹介はもうあります。専門家の一覧から開いて直してください。"))
        else:
            return _save(found.id, form)
    return page("admin/expert", form=form, handle="")


@pages.route("/admin/experts/<int:user_id>", methods=["GET", "POST"])
@web.takes_files
@only_where(policy.may_manage_experts)
def expert(user_id: int) -> ResponseReturnValue:
    found = queries.expert_profile(user_id)
    if found is None:
        abort(404)
    form = ExpertForm(data={**found._mapping, "fields": [key for key in found.fields.split(",") if key]})
    del form.handle
    if not found.picture_name:
        del form.remove_picture
    end_reading()  # a picture is looked at
    if form.validate_on_submit():
        return _save(user_id, form)
    has_picture = bool(found.picture_name and found.active)
    return page(
        "admin/expert",
        form=form,
        handle=found.handle,
        picture=f"/counseling/experts/{user_id}/picture" if has_picture else "",
    )


def _save(user_id: int, form: ExpertForm) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.save_expert_profile(
        who,
        user_id,
        fields=form.fields.data,
        sentence=form.sentence.data,
        capacity=form.capacity.data,
        away_until=form.away_until.data,
        active=form.active.data,
        note=form.note.data,
        employer=form.employer.data or "",
        picture=form.picture.taken,
        remove_picture="remove_picture" in form and bool(form.remove_picture.data),
    )
    flash(_("専門家の紹介を保存しました。"))
    return web.see_other("/admin/experts")
