"""Changing one's mail address."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import proofs, queries, service
from sccafe.accounts.errors import MailboxFull, ProofInvalid, TooManyTries, WrongPassword
from sccafe.accounts.forms.entering import CodeForm
from sccafe.accounts.forms.settings import NewEmailForm
from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import NOT_A_FLOOD, page, pages, private_page, try_again_in
from sccafe.core import web
from sccafe.core.database import end_reading


def _page(form: NewEmailForm, code_form: CodeForm, status: int = 200) -> ResponseReturnValue:
    user_id = viewer().user_id or 0
    return page(
        "accounts/settings_email",
        status,
        form=form,
        code_form=code_form,
        email=queries.own_account(user_id).email,
        waiting=queries.new_email_waiting(user_id),
    )


@pages.route("/settings/email", methods=["GET", "POST"])
@NOT_A_FLOOD
@signed_in_only
def email() -> ResponseReturnValue:
    who, form = viewer(), NewEmailForm()
    status = 200
    if form.validate_on_submit():
        end_reading()
        try:
            service.ask_for_new_email(who, form.email.data, form.password.data)
        except WrongPassword:
            form.refuse(form.password, _("いまのパスワードが違います。もう一度入力してください。"))
        except TooManyTries as too_many:
            form.refuse(form.password, try_again_in(too_many.minutes))
            status = 429
        else:
            flash(_("新しいアドレスに確認のメールを送りました。アドレスはまだ変わっていません。"))
            return web.see_other("/settings/email")
    return _page(form, CodeForm(formdata=None), status)


@pages.post("/settings/email/confirm")
@signed_in_only
def confirm_email_by_code() -> ResponseReturnValue:
    who, form = viewer(), CodeForm()
    status = 200
    if form.validate_on_submit():
        end_reading()
        try:
            service.confirm_new_email_by_code(who, form.code.data)
        except ProofInvalid:
            form.refuse(
                form.code, _("番号が違うか、期限が切れています。新しいアドレスに届いたメールを確かめてください。")
            )
        except TooManyTries as too_many:
            form.refuse(form.code, try_again_in(too_many.minutes))
            status = 429
        except MailboxFull:
            return private_page("accounts/mailbox_full", 409)
        else:
            flash(_("メールアドレスを変えました。"))
            return web.see_other("/settings/email")
    return _page(NewEmailForm(formdata=None), form, status)


@pages.route("/settings/email/confirm/<token>", methods=["GET", "POST"])
def confirm_email_by_link(token: str) -> ResponseReturnValue:
    """Opening it changes nothing. It may be opened where nobody is signed in: the token is the proof."""
    who = viewer()
    if request.method == "POST":
        end_reading()
        try:
            service.confirm_new_email(token)
        except ProofInvalid:
            return private_page("accounts/dead_link", 410, again="/settings/email")
        except MailboxFull:
            return private_page("accounts/mailbox_full", 409)
        flash(_("メールアドレスを変えました。"))
        return web.see_other("/settings/email" if who.signed_in else "/sign-in")
    found = queries.proof(token, proofs.EMAIL)
    if found is None:
        return private_page("accounts/dead_link", 410, again="/settings/email")
    return private_page("accounts/confirm_email_link", handle=found.handle, email=found.new_email)
