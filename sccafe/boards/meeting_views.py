"""A meeting: to vote in its poll, to set it up, to write what came of it."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import meeting_shown, meetings, outcomes, policy, polls, queries
from sccafe.boards.blueprint import TOUCHES, WRITES, head_of, pages, place_of, preview_of
from sccafe.boards.meeting_forms import MeetingForm, OutcomeForm
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale


def _meeting(who: Viewer, topic_id: int) -> Row[Any]:
    """The topic of a meeting that this person can read."""
    found = queries.topic(who, topic_id)
    if found is None or found.kind != "meeting":
        raise NotThere
    return found


def _to_arrange(who: Viewer, topic_id: int) -> Row[Any]:
    """The same for the secretariat; to everybody else there is nothing here."""
    if not policy.may_arrange_meetings(who):
        raise NotThere
    return _meeting(who, topic_id)


# --- to vote ----------------------------------------------------------------------------------------


@pages.route("/topics/<int:topic_id>/vote", methods=["GET", "POST"])
@TOUCHES
def vote(topic_id: int) -> ResponseReturnValue:
    """One press; whoever votes again changes their vote. Opened as a page, it leads to the poll."""
    who = viewer()
    if not _meeting(who, topic_id).has_poll:
        raise NotThere
    if request.method == "GET":
        return web.see_other(f"/topics/{topic_id}#poll")
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    chosen = [number for number in request.form.getlist("choice") if number.isascii() and number.isdigit()]
    said, wrong = "", ""
    try:
        changed = polls.vote(who, topic_id, [int(number) for number in chosen if len(number) < 10])
        said = _("答えを変えました。") if changed else _("答えを受け取りました。")
    except polls.NothingChosen:
        wrong = _("まだ選ばれていません。選んでから「答える」を押してください。")
        if len(chosen) > 1:
            wrong = _("ひとつだけ選んで、もう一度押してください。")
    if said and not web.is_partial():
        flash(said)
        return web.see_other(f"/topics/{topic_id}#poll")
    found = _meeting(who, topic_id)
    return render_template(
        "boards/_poll.html" if web.is_partial() else "boards/vote.html",
        poll=meeting_shown.poll(who, found),
        topic=head_of(found, locale()),
        said=said,
        wrong=wrong,
    ), (422 if wrong else 200)


# --- for the secretariat ----------------------------------------------------------------------------


@pages.route("/topics/<int:topic_id>/meeting", methods=["GET", "POST"])
@WRITES
def meeting(topic_id: int) -> ResponseReturnValue:
    """Period and poll of a meeting that stands."""
    who = viewer()
    found = _to_arrange(who, topic_id)
    poll = polls.poll_of(who, topic_id)
    end_reading()
    form = MeetingForm(
        poll.choices if poll else (),
        data={
            "opens_on": meetings.first_day(found.opens_at),
            "closes_on": meetings.last_day(found.closes_at),
            "poll_question": poll.question if poll else "",
            "poll_multiple": "several" if poll and poll.multiple else "one",
            "poll_results": poll.results if poll else "after_vote",
        },
    )
    if form.validate_on_submit():
        wanted = form.meeting()
        assert wanted is not None
        try:
            meetings.change(who, topic_id, wanted)
            flash(_("会議室の期間と問いを変えました。"))
            return web.see_other(f"/topics/{topic_id}")
        except polls.PollRefused as refused:
            form.refuse(refused)
    return render_template(
        "boards/meeting.html", form=form, topic=head_of(found, locale()), place=place_of(found.slug, found.kind)
    ), (422 if form.errors else 200)


@pages.route("/topics/<int:topic_id>/outcome", methods=["GET", "POST"])
@WRITES
def outcome(topic_id: int) -> ResponseReturnValue:
    """What came of the meeting, and when that is looked at again."""
    who = viewer()
    found = _to_arrange(who, topic_id)
    written = outcomes.outcome(who, topic_id)
    assert written is not None
    end_reading()
    form = OutcomeForm(data={"body": written.outcome, "review_on": written.outcome_review_on})
    preview: Any = ""
    if request.method == "POST" and request.form.get("do") == "preview":
        preview = preview_of(form.body.data or "")
    elif form.validate_on_submit():
        if form.text is None and not written.outcome:
            form.body.errors = [_("まとめが空です。話し合いで決まったことや、出た声を書いてください。")]
        else:
            outcomes.write_outcome(who, topic_id, form.text, form.review_on.data)
            flash(_("まとめを載せました。") if form.text else _("まとめを消しました。"))
            return web.see_other(f"/topics/{topic_id}")
    return render_template(
        "boards/outcome.html",
        form=form,
        topic=head_of(found, locale()),
        place=place_of(found.slug, found.kind),
        preview_html=preview,
    ), (422 if form.errors else 200)
