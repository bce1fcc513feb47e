"""Asking who wrote an anonymous post, deciding it, and looking at the name: for the secretariat alone."""

from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import queries as boards
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.extensions import limiter
from sccafe.moderation import identity, policy, queries, shown
from sccafe.moderation.forms import ReasonForm

pages = Blueprint("identity", __name__)

#: Floods only.
WRITES = limiter.limit("20/minute;100/hour", methods=["POST"])


def _staff(action: str) -> Viewer:
    who = viewer()
    if not policy.may(who, action):
        raise NotThere
    return who


def _card(post: Row[Any], language: str) -> shown.PostCard:
    return shown.post_cards([post], boards.files_of([post.id]), language)[0]


@pages.route("/posts/<int:post_id>/identity", methods=["GET", "POST"])
@WRITES
def ask(post_id: int) -> ResponseReturnValue:
    who = _staff("ask_identity")
    post = queries.post_at_desk(who, post_id)
    if post is None or not post.alias:
        raise NotThere
    form = ReasonForm()
    if form.validate_on_submit():
        end_reading()
        release_id = identity.ask(who, post_id, form.reason.data)
        flash(_("開示を求めました。事務局のもう一人が確かめます。"))
        return web.see_other(f"/moderation/identity/{release_id}")
    page = render_template("moderation/identity_ask.html", p=_card(post, locale()), form=form)
    return page, (422 if form.errors else 200)


@pages.get("/moderation/identity/<int:release_id>")
def release(release_id: int) -> ResponseReturnValue:
    who, language = _staff("decide_identity"), locale()
    found = identity.request(who, release_id)
    post = queries.post_at_desk(who, found.post_id) if found is not None else None
    if found is None or post is None:
        raise NotThere
    return render_template(
        "moderation/identity.html",
        p=_card(post, language),
        release=found,
        asked=moment(found.asked_at, language),
        may_decide=found.state == "asked" and found.asked_by != who.user_id,
        may_see=identity.may_see(who, found),
        days=identity.SEEN_DAYS,
    )


@pages.post("/moderation/identity/<int:release_id>")
@WRITES
def decide(release_id: int) -> ResponseReturnValue:
    who = _staff("decide_identity")
    if identity.request(who, release_id) is None:
        raise NotThere
    end_reading()
    released = request.form.get("do") != "refuse"
    identity.decide(who, release_id, release=released)
    if released:
        flash(_("開示を認めました。書いた人に、理由とともに知らせます。"))
    else:
        flash(_("開示を認めないことにしました。"))
    return web.see_other(f"/moderation/identity/{release_id}")


@pages.post("/moderation/identity/<int:release_id>/name")
@WRITES
def name(release_id: int) -> ResponseReturnValue:
    """The name itself: behind a button, so that opening a page never is a recorded look; kept by no cache."""
    who = _staff("decide_identity")
    end_reading()
    person = identity.look(who, release_id)
    response = make_response(render_template("moderation/identity_name.html", person=person, release_id=release_id))
    response.headers["Cache-Control"] = "no-store"
    return response
