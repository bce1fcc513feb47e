"""Drafts: keeping one, the list of one's own, going on with one, throwing one away."""

from datetime import UTC, datetime

from flask import flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.boards import drafts, drafts_shown, queries
from sccafe.boards.blueprint import TOUCHES, pages
from sccafe.boards.forms import WithText, milliseconds
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale


def keep_draft(who: Viewer, place: drafts.Place, form: WithText, back: str) -> ResponseReturnValue:
    """After 「下書きに残す」: back to where the form stood, and where the text is now."""
    if drafts.keep(who, place, form.words, form.once.data or "").at is not None:
        told = _("下書きに残しました。つづきは、どの機器からでも書けます。")
        flash({"text": told, "href": "/drafts", "label": _("下書きを見る")}, "link")  # type: ignore[arg-type]
    else:
        flash(_("残すことばがありませんでした。"))
    return web.see_other(back)


@pages.post("/drafts/keep")
@TOUCHES
def keep() -> ResponseReturnValue:
    """What the script sends while somebody types: a plain answer that says when it was kept.

    Where it was not kept it says why: `sent`, this very form was sent before; `newer`, another device was later.
    """
    who = viewer()
    if not who.signed_in:
        return jsonify(kept=False), 401
    place = drafts.read_place(request.form.get("place", ""))
    if place is None:
        raise NotThere
    words = drafts.Words(
        body=request.form.get("body", ""),
        title=request.form.get("title"),
        # A form without ticked boxes sends none: `with` names the fields that it has.
        themes=request.form.getlist("themes") if "themes" in request.form.getlist("with") else None,
        anonymous="anonymous" in request.form if "anonymous" in request.form.getlist("with") else None,
    )
    typed_at, based_on = _moment("typed"), _moment("base")
    late = drafts.Late(typed_at, based_on, was_kept="kept" in request.form) if typed_at else None
    kept = drafts.keep(who, place, words, request.form.get("once", ""), late)
    if kept.at is None:
        return jsonify(kept=False, sent=kept.sent, newer=kept.newer)
    return jsonify(kept=True, at=milliseconds(kept.at))


def _moment(name: str) -> datetime | None:
    """A field with a moment as scripts count them."""
    written = request.form.get(name, "")
    if not (written.isascii() and written.isdigit() and len(written) < 15):
        return None
    return datetime.fromtimestamp(int(written) / 1000, UTC)


@pages.get("/drafts")
def list_of_drafts() -> ResponseReturnValue:
    who, language = viewer(), locale()
    if not who.signed_in:
        return web.sign_in_first()
    rows = queries.drafts(who, drafts.MOST)
    return render_template(
        "boards/drafts.html", place="drafts", drafts=drafts_shown.lines(who, rows, language), most=drafts.MOST
    )


@pages.get("/drafts/<int:draft_id>")
def draft(draft_id: int) -> ResponseReturnValue:
    """The whole of a draft, to go on with, to copy, or to throw away."""
    who, language = viewer(), locale()
    if not who.signed_in:
        return web.sign_in_first()
    row = queries.draft(who, draft_id)
    if row is None:
        raise NotThere
    return render_template(
        "boards/draft.html",
        place="drafts",
        draft=drafts_shown.lines(who, [row], language)[0],
        title=row.title,
        body=row.body,
        again="again" in request.args,
    )


@pages.post("/drafts/<int:draft_id>/discard")
@TOUCHES
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw it away; with `again`, on to its form, which is empty then."""
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    place = drafts.discard(who, draft_id)
    undo = {"text": _("下書きを捨てました。"), "action": f"/drafts/{draft_id}/keep", "label": _("元に戻す")}
    flash(undo, "undo")  # type: ignore[arg-type]
    href = drafts_shown.form_of(who, place) if "again" in request.form else ""
    return web.see_other(href or "/drafts")


@pages.post("/drafts/<int:draft_id>/keep")
@TOUCHES
def keep_after_all(draft_id: int) -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    drafts.bring_back(who, draft_id)
    return web.see_other("/drafts")
