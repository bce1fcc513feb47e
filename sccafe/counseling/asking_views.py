"""Sending a request: the form, its drafts, and the page that shows a receipt code once."""

from typing import Any

from flask import flash, jsonify, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.core import taxonomy, web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.counseling import asker_queries, service
from sccafe.counseling.about_views import urgent
from sccafe.counseling.asker_forms import AskForm, MessageForm
from sccafe.counseling.blueprint import WRITES, actor, keep_open, page, pages
from sccafe.counseling.errors import NotThere
from sccafe.counseling.service import drafts
from sccafe.extensions import limiter

#: A draft is sent at every pause of typing.
_DRAFTS = limiter.limit("120/minute", methods=["POST"])


@pages.route("/counseling/new", methods=["GET", "POST"])
@web.takes_files
@WRITES
def new() -> ResponseReturnValue:
    acting, language = actor(), locale()
    who = acting.viewer
    form = AskForm(who.signed_in, language)
    if request.method != "POST":
        is_restored = _filled_in(form)
        end_reading()
        return _form(form, is_restored=is_restored)
    end_reading()
    if request.form.get("do") == "draft" and who.signed_in:
        kept = drafts.keep(acting, drafts.NEW, form.draft(), form.once.data or "")
        flash(_("下書きを保存しました。") if kept else _("残すことばがありませんでした。"))
        return web.see_other("/counseling/new")
    if form.account.data and not who.signed_in:
        # Sent as it is, it would become a request with a code, and not the account's that it was written as.
        form.account.data = ""
        return _form(form, 422, is_signed_out=True)
    if not form.validate_on_submit():
        return _form(form, 422)
    asked = form.asked(language)
    sent = service.send(acting, asked, form.uploads)
    if not sent.code:
        flash(_("相談を受け付けました。答えが届いたら、お知らせします。"))
        return web.see_other(f"/counseling/requests/{sent.ref}")
    keep_open(sent.ref, sent.mark)
    return page("sent", ref=sent.ref, code=sent.code, is_new=False, has_email=bool(asked.person.email))


def _filled_in(form: AskForm) -> bool:
    """Put in what is known of whoever is signed in, and their draft; says whether there was one."""
    acting = actor()
    found = asker_queries.profile(acting.viewer) if acting.viewer.signed_in else None
    if found is None:
        return False
    town = taxonomy.municipalities().get(found.municipality or "")
    form.account.data = "1"
    kept = drafts.kept(acting, drafts.NEW)
    if kept:
        form.restore(kept)
    else:
        form.name.data = found.handle
        form.prefecture.data, form.municipality.data = found.prefecture or "", town.name if town else ""
    carried = _carried()
    if carried is not None:
        form.carry_over(*carried)
    return bool(kept)


def _carried() -> tuple[str, str] | None:
    """The question of the boards that `?from=` names, where it is the reader's own."""
    written = request.args.get("from", "")
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        return None
    return asker_queries.own_question(viewer(), int(written))


def _form(form: AskForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    return page("new", status, form=form, urgent=urgent(), **more)


@pages.post("/counseling/drafts")
@_DRAFTS
def draft() -> ResponseReturnValue:
    """What the script sends while somebody types (`place`: new, or the ref of a request of theirs).

    With `do=discard`, from a button: the draft is thrown away, and its form is empty.
    """
    acting, place = actor(), request.form.get("place", "")
    if not acting.viewer.signed_in:
        end_reading()
        return jsonify(kept=False), 401
    form: AskForm | MessageForm
    if place == drafts.NEW:
        end_reading()
        form = AskForm(True, locale())
        back = "/counseling/new"
    else:
        if not place.isalnum():
            raise NotThere
        asker_queries.require_asker(acting, place)
        form = MessageForm()
        back = f"/counseling/requests/{place}"
    if request.form.get("do") == "discard":
        drafts.forget(acting, place)
        return web.see_other(back)
    return jsonify(kept=drafts.keep(acting, place, form.draft(), form.once.data or ""))
