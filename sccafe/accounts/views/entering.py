"""Sign-in, sign-out and forgotten passwords."""

from flask import flash, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import proofs, queries, service, sessions
from sccafe.accounts.errors import HandleNeeded, NotLetIn, ProofInvalid, TooManyTries, WrongCredentials
from sccafe.accounts.forms.entering import EmailForm, NewPasswordForm, SignInForm
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import NOT_A_FLOOD, network, page, pages, private_page, try_again_in
from sccafe.core import web
from sccafe.core.database import end_reading


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    onward = web.inside(request.values.get("next"))
    if viewer().signed_in:
        return web.see_other(onward)
    form = SignInForm(email=session.get("sign_in_as", ""))
    status, held_up = 200, None
    if form.validate_on_submit():
        end_reading()
        try:
            if form.proof.data and not form.password.data:
                service.sign_in_as(form.email.data, form.proof.data, form.handle.data, form.remember.data, network())
            else:
                service.sign_in(form.email.data, form.password.data, form.handle.data, form.remember.data, network())
        except TooManyTries as too_many:
            form.refuse(form.password, try_again_in(too_many.minutes))
            status = 429
        except HandleNeeded as needed:
            form.handle.flags.required = True
            return page("accounts/sign_in_handle", form=form, proof=needed.proof, onward=onward)
        except WrongCredentials:
            form.refuse(form.password, _wrong(bool(form.handle.data)))
        except ProofInvalid:
            form.refuse(form.password, _("時間がたったため、パスワードをもう一度入力してください。"))
        except NotLetIn as not_let_in:
            held_up, status = not_let_in, 403
        else:
            return web.carried_form() or web.see_other(onward)
    return page("accounts/sign_in", status, form=form, onward=onward, held_up=held_up)


def _wrong(with_handle: bool) -> str:
    if with_handle:
        return str(_("メールアドレス、ハンドル名、パスワードのどれかが違います。確かめて、もう一度入力してください。"))
    return str(_("メールアドレスかパスワードが違います。確かめて、もう一度入力してください。"))


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    who = viewer()
    end_reading()
    if who.signed_in:
        service.sign_out(who)
    sessions.forget_browser()
    flash(_("サインアウトしました。"))
    return web.see_other("/")


@pages.route("/forgotten-password", methods=["GET", "POST"])
@NOT_A_FLOOD
def forgotten_password() -> ResponseReturnValue:
    viewer()
    form = EmailForm(email=session.get("sign_in_as", ""))
    status = 200
    if form.validate_on_submit():
        end_reading()
        try:
            service.ask_for_new_password(form.email.data)
        except TooManyTries as too_many:
            form.refuse(form.email, try_again_in(too_many.minutes))
            status = 429
        else:
            return page("accounts/reset_mailed", email=form.email.data)
    return page("accounts/forgotten_password", status, form=form)


@pages.route("/reset-password/<token>", methods=["GET", "POST"])
def reset_password(token: str) -> ResponseReturnValue:
    """Opening it changes nothing: office filters open every link."""
    viewer()
    found = queries.proof(token, proofs.PASSWORD)
    if found is None:
        return private_page("accounts/dead_link", 410, again="/forgotten-password")
    form = NewPasswordForm(found.email, found.handle)
    if form.validate_on_submit():
        end_reading()
        try:
            email = service.set_new_password(token, form.password.data)
        except ProofInvalid:
            return private_page("accounts/dead_link", 410, again="/forgotten-password")
        sessions.forget_browser()
        session["sign_in_as"] = email
        flash(_("新しいパスワードにしました。ほかの機器のサインインは、すべて終わりました。"))
        return web.see_other("/sign-in")
    return private_page("accounts/reset_password", form=form, handle=found.handle)
