"""The list of notices, what they lead to, and what people want to be told."""

from types import SimpleNamespace

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts.sessions import viewer, viewer_of
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import locale
from sccafe.extensions import limiter
from sccafe.notifications import mails, policy, queries, service, words
from sccafe.notifications.forms import MuteForm, PreferencesForm

pages = Blueprint("notifications", __name__)

#: Floods only.
TOUCHES = limiter.limit("60/minute", methods=["POST"])


def _before() -> int | None:
    """`?before=` as a notice's id; anything else is the first page."""
    written = request.args.get("before", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


@pages.get("/notifications")
def notices() -> ResponseReturnValue:
    """The list; opening it marks everything as seen, and what was new is still marked on this page."""
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    rows = list(queries.notices(who, _before()))
    more = len(rows) > queries.PER_PAGE
    rows = rows[: queries.PER_PAGE]
    end_reading()
    if who.unread_notices or any(row.read_at is None for row in rows):
        service.mark_all_seen(who)
    return render_template(
        "notifications/list.html",
        place="notifications",
        lines=queries.lines(rows, locale()),
        older_href=f"/notifications?before={rows[-1].id}" if more else "",
        newest_href="/notifications" if _before() is not None else "",
    )


@pages.get("/notifications/<int:notice_id>")
def notice(notice_id: int) -> ResponseReturnValue:
    """Lead to what the notice is about; a measure is told in full."""
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    row = queries.notice(who, notice_id)
    if row is None:
        raise NotThere
    end_reading()
    if row.read_at is None:
        service.mark_seen(who, notice_id)
    if row.kind == "report":
        return redirect(f"/moderation/reports/{row.report_id}")
    if row.kind in policy.OF_ITEMS:
        return redirect(words.item_href(row))
    if row.kind == policy.OF_REQUESTS:
        return redirect(words.request_href(row))
    if row.kind != "measure":
        return redirect(f"/posts/{row.post_id}" if row.post_id else "/")
    href = ""
    if row.title:  # empty where they may not read the topic any more
        href = f"/posts/{row.post_id}" if row.post_id and row.post_state != "held" else f"/topics/{row.topic_id}"
        if row.item_id is not None:
            href = "" if row.item_archived_at else f"/library/{row.item_id}"
    return render_template(
        "notifications/measure.html",
        place="notifications",
        said=words.sentence(row),
        reason=row.reason,
        at=moment(row.created_at, locale()),
        href=href,
    )


# --- what people want to be told --------------------------------------------------------------------


@pages.route("/settings/notifications", methods=["GET", "POST"])
@TOUCHES
def settings() -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    form = PreferencesForm(queries.preferences(who))
    muted = queries.muted_topics(who)
    end_reading()
    if form.validate_on_submit():
        service.set_preferences(who, form.wanted)
        flash(_("知らせの受け取り方を変えました。"))
        return web.see_other("/settings/notifications")
    return render_template(
        "notifications/settings.html",
        form=form,
        kinds=[
            SimpleNamespace(
                label=words.preference_label(kind),
                site=form[f"{kind}_site"],
                mail=None if kind in policy.WITHOUT_MAIL else form[f"{kind}_mail"],
            )
            for kind in policy.switchable(who)
        ],
        muted=muted,
    )


@pages.route("/topics/<int:topic_id>/mute", methods=["GET", "POST"])
@TOUCHES
def mute(topic_id: int) -> ResponseReturnValue:
    """Tell me nothing of this topic any more, or tell me again."""
    who = viewer()
    if not who.signed_in or who.user_id is None:
        return web.sign_in_first()
    title = queries.topic_title(who, topic_id)
    if title is None:
        raise NotThere
    is_muted = queries.is_muted(who.user_id, topic_id)
    end_reading()
    form = MuteForm()
    if not form.validate_on_submit():
        return render_template(
            "notifications/mute.html", title=title, muted=is_muted, address=f"/topics/{topic_id}/mute"
        )
    wanted = form.wanted(is_muted)
    service.set_muted(who, topic_id, wanted)
    if wanted:
        flash(_("この話題の知らせとメールを止めました。"))
    else:
        flash(_("この話題の知らせとメールを、また受け取ります。"))
    return web.see_other(f"/topics/{topic_id}")


@pages.route("/notifications/mute/<token>", methods=["GET", "POST"])
@TOUCHES
def mute_by_mail(token: str) -> ResponseReturnValue:
    """The address in a mail: works signed out, and changes nothing until its one button is pressed."""
    named = mails.read_mute_token(token)
    if named is None or not queries.exists(*named):
        abort(404)
    user_id, topic_id = named
    reader = viewer_of(user_id)
    title = queries.topic_title(reader, topic_id) if reader else None
    is_muted = queries.is_muted(user_id, topic_id)
    address = f"/notifications/mute/{token}"
    form = MuteForm()
    pressed = form.validate_on_submit()  # looks up the reader's language, so the reading ends after it
    end_reading()
    if pressed:
        service.set_muted_by_mail(user_id, topic_id, form.wanted(is_muted))
        return web.see_other(address)
    return render_template("notifications/mute.html", title=title or "", muted=is_muted, address=address)


@pages.app_context_processor
def mute_of_topic_page() -> dict[str, object]:
    """Whether the reader has muted the topic that they are reading: boards cannot know. One statement."""
    reads_topic = request and request.endpoint == "boards.topic" and not web.without_database()
    who = viewer() if reads_topic else None
    if who is None or who.user_id is None or not request.view_args:
        return {}
    return {"muted": queries.is_muted(who.user_id, request.view_args["topic_id"])}
