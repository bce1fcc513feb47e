"""Opening a request by its receipt code, and what helps where the code is lost."""

from flask import request
from flask.typing import ResponseReturnValue

from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.counseling import opening
from sccafe.counseling.asker_forms import CodeForm, LostForm
from sccafe.counseling.blueprint import WRITES, actor, keep_open, page, pages
from sccafe.counseling.service import lost


@pages.route("/counseling/receipt", methods=["GET", "POST"])
def receipt() -> ResponseReturnValue:
    """One field. Codes that are wrong, unknown or expired get one answer.

    How often a code may be tried is opening.py's alone: a limit by address would keep the rightful out with the others.
    """
    actor()
    form = CodeForm()
    end_reading()
    if not form.validate_on_submit():
        return page("receipt", 422 if form.errors else 200, form=form, wait=0)
    tried = opening.try_code(form.code.data or "", request.remote_addr or "", form.ticket.data or "")
    if tried.ref:
        keep_open(tried.ref, tried.mark)
        return web.see_other(f"/counseling/requests/{tried.ref}")
    form.ticket.data = tried.ticket
    if tried.wait > 0:
        return page("receipt", 429, form=form, wait=tried.wait)
    form.refuse(form.code, _("この受付番号では開けませんでした。番号を確かめて、もう一度入力してください。"))
    return page("receipt", 422, form=form, wait=0)


@pages.route("/counseling/receipt/lost", methods=["GET", "POST"])
@WRITES
def lost_code() -> ResponseReturnValue:
    """The same calm answer whether the address is known or not."""
    actor()
    form = LostForm()
    end_reading()
    if not form.validate_on_submit():
        return page("lost", 422 if form.errors else 200, form=form)
    lost.ask(form.email.data or "", request.remote_addr or "")
    return page("lost_mailed")


@pages.route("/counseling/again/<token>", methods=["GET", "POST"])
@WRITES
def again(token: str) -> ResponseReturnValue:
    """A mailed link: opening it changes nothing, its button makes a new code."""
    actor()
    if request.method != "POST":
        usable = lost.is_usable(token)
        end_reading()
        return page("again", token=token) if usable else page("dead_link", 410)
    renewed = lost.renew(token)
    if renewed is None:
        return page("dead_link", 410)
    keep_open(renewed.ref, renewed.mark)
    return page("sent", ref=renewed.ref, code=renewed.code, is_new=True, has_email=True)
