"""For the secretariat: who waits to be let in, who is here, and what they may do."""

from typing import cast
from urllib.parse import urlencode

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import people_shown, policy, queries, service, texts
from sccafe.accounts.errors import LastAdmin, MayNot, NoSuchPerson
from sccafe.accounts.forms.admin import DeskForm, ReasonForm, RoleForm
from sccafe.accounts.guards import only_where
from sccafe.accounts.models import USER_STATES
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import locale, page, pages
from sccafe.accounts.words import role_labels, state_label
from sccafe.core import web
from sccafe.core.audience import ROLES, Role
from sccafe.core.database import end_reading


@pages.app_errorhandler(NoSuchPerson)
def no_such_person(error: NoSuchPerson) -> ResponseReturnValue:
    end_reading()
    return web.not_found()


@pages.app_errorhandler(MayNot)
def may_not(error: MayNot) -> ResponseReturnValue:
    return web.refusal(_("ここではできません"), _("この操作は、あなたの役割ではできません。"))


@pages.app_errorhandler(LastAdmin)
def last_admin(error: LastAdmin) -> ResponseReturnValue:
    return web.refusal(_("管理者がいなくなります"), _("管理者はこの方だけです。先に、ほかの方を管理者にしてください。"))


# --- approvals ----------------------------------------------------------------------------------------


@pages.get("/admin/approvals")
@only_where(policy.may_manage_people)
def approvals() -> ResponseReturnValue:
    return page(
        "admin/approvals",
        people=people_shown.awaiting_approval(locale()),
        role_form=RoleForm(policy.roles_to_give(viewer()), formdata=None, role="member"),
    )


@pages.post("/admin/approvals/<int:user_id>/approve")
@only_where(policy.may_manage_people)
def approve(user_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.approve_account(who, user_id, request.form.get("role") or "member")
    flash(_("登録を承認し、メールで知らせました。"))
    return web.see_other("/admin/approvals")


@pages.route("/admin/approvals/<int:user_id>/refuse", methods=["GET", "POST"])
@only_where(policy.may_manage_people)
def refuse(user_id: int) -> ResponseReturnValue:
    who, form = viewer(), ReasonForm()
    person = people_shown.person(user_id, locale())
    if person is None or person.profile.state != "awaiting_approval":
        abort(404)
    if form.validate_on_submit():
        end_reading()
        service.refuse_account(who, user_id, form.reason.data)
        flash(_("登録を見合わせ、理由をメールで知らせました。"))
        return web.see_other("/admin/approvals")
    return page("admin/refuse", form=form, person=person.profile)


# --- people -------------------------------------------------------------------------------------------


def _number(name: str) -> int:
    written = request.args.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


@pages.get("/admin/people")
@only_where(policy.may_manage_people)
def people() -> ResponseReturnValue:
    words = request.args.get("q", "")[:100].strip()
    wanted = {
        "q": words if texts.is_clean(words) else "",
        "state": next((state for state in USER_STATES if state == request.args.get("state")), ""),
        "role": next((role for role in ROLES if role == request.args.get("role")), ""),
    }
    found = people_shown.people(
        wanted["q"], wanted["state"], wanted["role"], _number("before"), _number("after"), locale()
    )

    def link(name: str, number: int) -> str:
        kept = {key: value for key, value in wanted.items() if value}
        return "/admin/people?" + urlencode(kept | {name: str(number)}) if number else ""

    newer, older = link("after", found.newer), link("before", found.older)
    return page(
        "admin/people",
        people=found.rows,
        pager=web.Pager(newer, older, ()) if newer or older else None,
        wanted=wanted,
        states=[(key, state_label(key)) for key in USER_STATES],
        roles=role_labels(),
    )


@pages.get("/admin/people/<int:user_id>")
@only_where(policy.may_manage_people)
def person(user_id: int) -> ResponseReturnValue:
    return _person(user_id, ReasonForm(formdata=None))


def _person(user_id: int, reason_form: ReasonForm) -> ResponseReturnValue:
    who = viewer()
    found = people_shown.person(user_id, locale())
    if found is None:
        abort(404)
    role = cast(Role, found.role)
    is_last = role == "admin" and found.profile.state == "active" and queries.active_admins() <= 1
    return page(
        "admin/person",
        person=found.profile,
        is_expert=found.is_expert,
        reason_form=reason_form,
        role_form=RoleForm(ROLES, formdata=None, role=role),
        desk_form=DeskForm(formdata=None, counseling_desk=found.counseling_desk),
        may_change_role=policy.may_change_role(who, role, is_last),
        is_last_admin=is_last,
        may_suspend=policy.may_suspend(who, user_id, role),
        may_set_desk=policy.may_set_counseling_desk(who, role),
        may_be_expert=policy.may_be_expert(role),
    )


def _back(user_id: int, told: str) -> ResponseReturnValue:
    flash(told)
    return web.see_other(f"/admin/people/{user_id}")


@pages.post("/admin/people/<int:user_id>/role")
@only_where(policy.may_manage_people)
def change_role(user_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.change_role(who, user_id, request.form.get("role", ""))
    return _back(user_id, _("役割を変えました。"))


@pages.post("/admin/people/<int:user_id>/suspend")
@only_where(policy.may_manage_people)
def suspend(user_id: int) -> ResponseReturnValue:
    who, form = viewer(), ReasonForm()
    if not form.validate_on_submit():
        return _person(user_id, form)
    end_reading()
    service.suspend_account(who, user_id, form.reason.data)
    return _back(user_id, _("利用を停止し、理由をメールで知らせました。"))


@pages.post("/admin/people/<int:user_id>/restore")
@only_where(policy.may_manage_people)
def restore(user_id: int) -> ResponseReturnValue:
    who, form = viewer(), ReasonForm()
    if not form.validate_on_submit():
        return _person(user_id, form)
    end_reading()
    service.restore_account(who, user_id, form.reason.data)
    return _back(user_id, _("利用の停止を解き、メールで知らせました。"))


@pages.post("/admin/people/<int:user_id>/counseling-desk")
@only_where(policy.may_manage_people)
def counseling_desk(user_id: int) -> ResponseReturnValue:
    who, form = viewer(), DeskForm()
    end_reading()
    service.set_counseling_desk(who, user_id, form.counseling_desk.data)
    return _back(user_id, _("相談窓口の受け持ちを変えました。"))
