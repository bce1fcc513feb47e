"""The pages that a personal link opens. None of them signs anybody in, and opening them changes nothing."""

from datetime import timedelta
from typing import cast

from flask import flash, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from sccafe.boards import shown as boards_shown
from sccafe.boards.blueprint import TOUCHES, WRITES
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import web
from sccafe.core.audience import VISITOR, may_read
from sccafe.core.database import end_reading
from sccafe.core.formats import date_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.prompts import answering, entering, queries
from sccafe.prompts.answering import Shown
from sccafe.prompts.blueprint import dead_link, pages, private_page, why_no_answer
from sccafe.prompts.forms import AnswerForm
from sccafe.prompts.queries import Asked


@pages.route("/answer/<token>", methods=["GET", "POST"])
@WRITES
def answer(token: str) -> ResponseReturnValue:
    """The question with its one field; a sent answer can be written anew until the deadline."""
    asked = queries.asked(token)
    if asked is None:
        return dead_link()
    before = queries.before(asked, token)
    if asked.why:
        end_reading()
        return _closed(asked, asked.why)
    language = locale()
    form = AnswerForm(asked.viewer.handle, asked.anonymous_allowed)
    sent = form.validate_on_submit()
    end_reading()
    if sent:
        try:
            taken = answering.answer(token, cast(Shown, form.shown.data), form.typed_name, form.text)
        except NotThere:
            return dead_link()
        except MayNot as refused:
            return _closed(asked, refused.why)
        if taken.waits:
            flash(_("答えを受け取りました。事務局が確かめてから載せます。"))
        elif taken.post_id:
            flash(_("答えを受け取り、話題に載せました。締め切りまで、このページから書き直せます。"))
        else:
            flash(_("答えを受け取りました。事務局だけが読みます。締め切りまで、このページから書き直せます。"))
        return web.see_other(f"/answer/{token}")
    if request.method == "GET" and before:
        form.body.data = before.source
        if before.shown in dict(form.shown.choices):
            form.shown.data = before.shown
        if "name" in form:
            form.name.data = before.name
    return private_page(
        "answer",
        422 if form.errors else 200,
        form=form,
        token=token,
        asked=asked,
        html=Markup(asked.html),  # noqa: S704  the renderer's own
        before=before,
        until=_last_day(asked, language),
        who_reads=boards_shown.who_reads(asked.audience),
        has_account=bool(asked.viewer.handle),
    )


def _last_day(asked: Asked, language: str) -> str:
    return date_text(asked.deadline - timedelta(seconds=1), language)


def _closed(asked: Asked, why: str) -> ResponseReturnValue:
    """No answer is taken; what was typed is shown, so that it can be copied."""
    readable = asked.may_read and asked.why != "away"
    return private_page(
        "closed",
        410 if request.method == "GET" else 409,
        why=why_no_answer(why),
        title=asked.title if readable else "",
        topic_href=f"/topics/{asked.topic_id}" if readable and may_read(asked.audience, VISITOR) else "",
        typed=request.form.get("body", ""),
    )


@pages.post("/answer/<token>/opened")
@TOUCHES
def touched(token: str) -> ResponseReturnValue:
    """Somebody touched the field; sent by static/js/answer.js."""
    try:
        answering.touched(token)
    except (NotThere, MayNot):
        end_reading()
        return dead_link()
    return "", 204


@pages.route("/answer/<token>/stop", methods=["GET", "POST"])
@TOUCHES
def stop(token: str) -> ResponseReturnValue:
    """No more of such mail to this address, or such mail again: one button."""
    refusing = queries.refusing(token)
    end_reading()
    if refusing is None:
        return dead_link()
    if request.method == "POST":
        try:
            answering.set_refusing(token, request.form.get("stop", "1") != "0")
        except NotThere:
            return dead_link()
        return web.see_other(f"/answer/{token}/stop")
    return private_page("stop", token=token, refusing=refusing)


# --- what the secretariat entered for somebody ----------------------------------------------------------


@pages.route("/written/<token>", methods=["GET", "POST"])
@WRITES
def written(token: str) -> ResponseReturnValue:
    """Somebody without an account confirms or withdraws what was entered for them."""
    found = queries.entered(token)
    language = locale()
    end_reading()
    if found is None or found.state == "deleted":
        return dead_link()
    if request.method == "POST":
        try:
            if request.form.get("do") == "withdraw":
                entering.withdraw(token)
                flash(_("書き込みを取り下げました。"))
                return web.see_other("/")
            entering.confirm(token)
        except NotThere:
            return dead_link()
        except MayNot as refused:
            return web.refusal(
                _("取り下げられませんでした"),
                _("%(why)s 取り下げたいときは、事務局へお知らせください。", why=boards_shown.why_not(refused.why)),
            )
        flash(_("ありがとうございます。確かめていただいたことを記録しました。"))
        return web.see_other(f"/written/{token}")
    public = may_read(found.audience, VISITOR)
    return private_page(
        "written",
        token=token,
        html=Markup(found.html) if found.state in ("published", "held") else "",  # noqa: S704  the renderer's own
        title=found.title if public else "",
        post_href=f"/posts/{found.post_id}" if public and found.state == "published" else "",
        who_reads=boards_shown.who_reads(found.board_audience),
        confirmed=found.confirmed_at is not None,
        until=date_text(found.expires_at, language),
    )
