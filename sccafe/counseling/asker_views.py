"""What an asker does with a request of theirs: read and continue it, rate it, end it, see who looked.

Whoever is neither the account that asked nor a browser in which the code was given finds nothing here, in the words of
a page that does not exist.
"""

from flask import flash, request
from flask.typing import ResponseReturnValue

from sccafe.core import web
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.counseling import asker_queries, asker_shown, reading, service
from sccafe.counseling.asker_forms import MessageForm, RateForm, WithdrawForm
from sccafe.counseling.blueprint import WRITES, actor, file_answer, keep_open, page, pages
from sccafe.counseling.blueprint import leave as close_in_this_browser
from sccafe.counseling.service import Actor, drafts


def _asker(ref: str) -> Actor:
    """Who acts, as the asker of this request; raises NotThere for all others. Renews how long the code holds."""
    acting = actor()
    asker_queries.require_asker(acting, ref)
    if ref in acting.opened:
        keep_open(ref, acting.opened[ref])
    return acting


@pages.route("/counseling/requests/<ref>", methods=["GET", "POST"])
@web.takes_files
@WRITES
def own_request(ref: str) -> ResponseReturnValue:
    """The conversation; what is posted is the asker's next message."""
    acting = _asker(ref)
    form = MessageForm()
    if request.method != "POST":
        return _conversation(acting, ref, form)
    if request.form.get("do") == "draft" and acting.viewer.signed_in:
        kept = drafts.keep(acting, ref, form.draft())
        flash(_("下書きを保存しました。") if kept else _("残すことばがありませんでした。"))
        return web.see_other(f"/counseling/requests/{ref}#write")
    if not form.validate_on_submit():
        return _conversation(acting, ref, form, 422)
    service.write(acting, ref, form.text.source, form.uploads)
    flash(_("送りました。"))
    return web.see_other(f"/counseling/requests/{ref}")


def _conversation(
    acting: Actor, ref: str, form: MessageForm, status: int = 200, rating: RateForm | None = None
) -> ResponseReturnValue:
    seen = reading.open_request(acting, ref)
    is_restored = False
    if form.body.data is None and acting.viewer.signed_in:
        form.body.data = drafts.kept(acting, ref).get("body")
        is_restored = bool(form.body.data)
    if rating is None:
        rating = RateForm(formdata=None, helped=seen.helped or None, line=seen.rating_line)
    return page(
        "request",
        status,
        request_=asker_shown.shown(seen, locale()),
        chip=asker_shown.chip_of(seen.state),
        form=form,
        rating=rating,
        is_restored=is_restored,
        is_by_code=ref in acting.opened,
    )


@pages.get("/counseling/requests/<ref>/files/<int:file_id>")
def file(ref: str, file_id: int) -> ResponseReturnValue:
    acting = _asker(ref)
    seal, row, name = reading.open_file(acting, ref, file_id)
    return file_answer(seal, row, name)


@pages.route("/counseling/requests/<ref>/withdraw", methods=["GET", "POST"])
@WRITES
def withdraw(ref: str) -> ResponseReturnValue:
    acting = _asker(ref)
    form = WithdrawForm()
    if form.validate_on_submit():
        service.withdraw(acting, ref, form.reason.data or "")
        flash(_("相談を取り下げました。"))
        return web.see_other(f"/counseling/requests/{ref}")
    return page("withdraw", 422 if form.errors else 200, form=form, ref=ref)


@pages.post("/counseling/requests/<ref>/close")
@WRITES
def close(ref: str) -> ResponseReturnValue:
    service.close(_asker(ref), ref)
    flash(_("この相談を終わりにしました。続きがあれば、また書き込めます。"))
    return web.see_other(f"/counseling/requests/{ref}")


@pages.post("/counseling/requests/<ref>/rate")
@WRITES
def rate(ref: str) -> ResponseReturnValue:
    acting = _asker(ref)
    form = RateForm()
    if not form.validate_on_submit():
        return _conversation(acting, ref, MessageForm(formdata=None), 422, form)
    service.rate(acting, ref, form.helped.data, form.line.data or "")
    flash(_("ありがとうございます。これからの相談に役立てます。"))
    return web.see_other(f"/counseling/requests/{ref}")


@pages.get("/counseling/requests/<ref>/looks")
def looks(ref: str) -> ResponseReturnValue:
    """この相談を見た人."""
    rows = reading.looks(_asker(ref), ref)
    return page("looks", looks=asker_shown.looks(rows, locale()), ref=ref)


@pages.post("/counseling/requests/<ref>/leave")
@WRITES
def leave(ref: str) -> ResponseReturnValue:
    """Close it in this browser; whoever has it open no more is led out as well."""
    close_in_this_browser(ref)
    flash(_("この端末で相談を閉じました。続きは、受付番号で読めます。"))
    return web.see_other("/counseling")
