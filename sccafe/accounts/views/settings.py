"""What people change of their own account: profile, password, sessions."""

from datetime import datetime, time

from flask import flash, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import policy, queries, service, sessions
from sccafe.accounts.agents import device
from sccafe.accounts.errors import HandleTaken, HandleUnusable, TooManyHandles, TooManyTries, WrongPassword
from sccafe.accounts.forms.people import handle_problem, handle_taken
from sccafe.accounts.forms.settings import ChangePasswordForm, ProfileForm
from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import locale, page, pages, try_again_in
from sccafe.core import clock, taxonomy, web
from sccafe.core.database import end_reading
from sccafe.core.formats import date_text, moment


@pages.route("/settings", methods=["GET", "POST"])
@signed_in_only
def settings() -> ResponseReturnValue:
    who = viewer()
    mine = queries.own_account(who.user_id or 0)
    town = taxonomy.municipalities().get(mine.municipality)
    form = ProfileForm(
        policy.may_bear_staff_words(who.role),
        mine.handle,
        handle=mine.handle,
        real_name=mine.real_name,
        coordinator_layer=mine.coordinator_layer,
        affiliation=mine.affiliation,
        experience_years=mine.experience_years,
        prefecture=mine.prefecture,
        municipality=town.name if town else "",
        population=mine.population,
        about=mine.about,
        locale=mine.locale or locale(),
    )
    if form.validate_on_submit():
        end_reading()
        try:
            service.change_profile(
                who,
                handle=form.handle.data,
                real_name=form.real_name.data,
                about=form.about.data,
                locale=form.locale.data,
                details=form.details(),
            )
        except HandleTaken:
            form.refuse(form.handle, handle_taken())
        except HandleUnusable as unusable:
            form.refuse(form.handle, handle_problem(unusable.problem))
        except TooManyHandles:
            form.refuse(form.handle, _("ハンドル名を変えられるのは、1年に3回までです。前の名前に戻すことはできます。"))
        else:
            session["locale"] = form.locale.data
            flash(_("プロフィールを保存しました。"))
            return web.see_other("/settings")
    return page("accounts/settings_profile", form=form, handle=mine.handle)


@pages.route("/settings/password", methods=["GET", "POST"])
@signed_in_only
def password() -> ResponseReturnValue:
    who = viewer()
    mine = queries.own_account(who.user_id or 0)
    form = ChangePasswordForm(mine.email, mine.handle)
    status = 200
    if form.validate_on_submit():
        end_reading()
        try:
            service.change_password(who, form.password.data, form.new_password.data)
        except WrongPassword:
            form.refuse(form.password, _("いまのパスワードが違います。もう一度入力してください。"))
        except TooManyTries as too_many:
            form.refuse(form.password, try_again_in(too_many.minutes))
            status = 429
        else:
            flash(_("パスワードを変えました。ほかの機器のサインインは、すべて終わりました。"))
            return web.see_other("/settings/password")
    return page("accounts/settings_password", status, form=form, email=mine.email)


@pages.get("/settings/sessions")
@signed_in_only
def own_sessions() -> ResponseReturnValue:
    who, language = viewer(), locale()
    rows = [
        {
            "id": row.id,
            "device": device(row.agent) or _("わからない機器"),
            "began": moment(row.created_at, language),
            "seen": date_text(datetime.combine(row.last_seen_on, time(12), clock.TOKYO), language),
            "is_present": row.id == who.session_id,
        }
        for row in queries.own_sessions(who.user_id or 0)
    ]
    return page("accounts/settings_sessions", sessions=rows)


@pages.post("/settings/sessions/<int:session_id>/end")
@signed_in_only
def end_session(session_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.end_session(who, session_id)
    if session_id == who.session_id:
        sessions.forget_browser()
        flash(_("サインアウトしました。"))
        return web.see_other("/")
    flash(_("その機器のサインインを終わらせました。"))
    return web.see_other("/settings/sessions")


@pages.post("/settings/sessions/end-others")
@signed_in_only
def end_other_sessions() -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.end_other_sessions(who)
    flash(_("ほかの機器のサインインを、すべて終わらせました。"))
    return web.see_other("/settings/sessions")
