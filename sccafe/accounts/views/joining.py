"""Sign-up and the confirmation of an address."""

from flask import flash, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import policy, proofs, queries, registration, service
from sccafe.accounts.errors import (
    HandleTaken,
    HandleUnusable,
    InvitationNeeded,
    MailboxFull,
    ProofInvalid,
    TooManyTries,
)
from sccafe.accounts.forms.entering import ConfirmForm, EmailForm, SignUpForm
from sccafe.accounts.forms.people import handle_problem, handle_taken
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import NOT_A_FLOOD, network, page, pages, private_page, try_again_in
from sccafe.accounts.words import role_label
from sccafe.core import taxonomy, web
from sccafe.core.database import end_reading


@pages.route("/sign-up", methods=["GET", "POST"])
@NOT_A_FLOOD
def sign_up() -> ResponseReturnValue:
    if viewer().signed_in:
        return web.see_other("/")
    token = request.values.get("invitation", "")
    invited = queries.open_invitation(token) if token else None
    if not token and registration.needs_invitation():
        return page("accounts/invitation_needed", is_spent=False)
    if token and invited is None and request.method in ("GET", "HEAD"):
        return _spent()
    form = SignUpForm(email=invited.email if invited else "", invitation=token)
    form.of_staff = bool(invited and policy.may_bear_staff_words(invited.role))
    if form.validate_on_submit():
        end_reading()
        try:
            service.sign_up(
                email=form.email.data,
                password=form.password.data,
                handle=form.handle.data,
                details=form.details(),
                locale=session.get("locale", ""),
                once=form.once.data,
                invitation=token,
            )
        except HandleTaken:
            # Said to everybody, so that it tells nothing of the address.
            form.refuse(form.handle, handle_taken() + _("登録を始めたばかりの方は、届いたメールから続けられます。"))
        except HandleUnusable as unusable:
            form.refuse(form.handle, handle_problem(unusable.problem))
        except InvitationNeeded:
            return _spent()
        else:
            session["confirming"] = form.email.data
            return web.see_other("/sign-up/confirm")
    return page(
        "accounts/sign_up",
        form=form,
        role=role_label(invited.role) if invited else "",
        needs_approval=registration.needs_approval(invited is not None),
    )


def _spent() -> ResponseReturnValue:
    """An invitation that is wrong, used or too old."""
    return page("accounts/invitation_needed", 410, is_spent=True, is_open=not registration.needs_invitation())


@pages.get("/municipalities")
def municipalities() -> ResponseReturnValue:
    """Suggestions for the municipality's field."""
    rows = taxonomy.municipalities_of(request.args.get("prefecture", ""))
    return page("accounts/_municipalities", names=[row.name for row in rows])


@pages.route("/sign-up/confirm", methods=["GET", "POST"])
def confirm_by_code() -> ResponseReturnValue:
    viewer()
    form = ConfirmForm(email=session.get("confirming", ""))
    status = 200
    if form.validate_on_submit():
        end_reading()
        try:
            return _confirmed(service.confirm_address_by_code(form.email.data, form.code.data, network()))
        except TooManyTries as too_many:
            form.refuse(form.code, try_again_in(too_many.minutes))
            status = 429
        except ProofInvalid:
            told = _(
                "番号が違うか、期限が切れています。メールの番号を確かめるか、下のボタンでもう一度受け取ってください。"
            )
            form.refuse(form.code, told)
        except MailboxFull:
            return private_page("accounts/mailbox_full", 409)
    return page("accounts/confirm", status, form=form, is_sent="confirming" in session)


@pages.post("/sign-up/send-again")
@NOT_A_FLOOD
def send_confirmation_again() -> ResponseReturnValue:
    viewer()
    form = EmailForm()
    if not form.validate_on_submit():
        shown = ConfirmForm(formdata=None, email=form.email.data)
        shown.email.errors = form.email.errors
        return page("accounts/confirm", form=shown, is_sent=False)
    end_reading()
    service.mail_confirmation_again(form.email.data)
    session["confirming"] = form.email.data
    flash(_("登録が途中の方には、確認のメールをもう一度送りました。"))
    return web.see_other("/sign-up/confirm")


@pages.route("/sign-up/confirm/<token>", methods=["GET", "POST"])
def confirm_by_link(token: str) -> ResponseReturnValue:
    """Nothing happens by opening: office filters open every link before its reader does."""
    viewer()
    if request.method == "POST":
        end_reading()
        try:
            return _confirmed(service.confirm_address(token))
        except ProofInvalid:
            return _dead_link()
        except MailboxFull:
            return private_page("accounts/mailbox_full", 409)
    found = queries.proof(token, proofs.SIGN_UP)
    if found is None:
        return _dead_link()
    return private_page("accounts/confirm_link", handle=found.handle, email=found.email)


def _dead_link() -> ResponseReturnValue:
    return private_page("accounts/dead_link", 410, again="/sign-up/confirm")


def _confirmed(confirmed: service.Confirmed) -> ResponseReturnValue:
    session.pop("confirming", None)
    session["sign_in_as"] = confirmed.email
    if confirmed.state == "awaiting_approval":
        flash(_("メールアドレスを確認しました。事務局が登録を確かめ、承認されるとメールでお知らせします。"))
    else:
        flash(_("メールアドレスを確認しました。サインインすると、はじめられます。"))
    return web.see_other("/sign-in")
