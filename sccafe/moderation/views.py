"""Reporting a post, and the secretariat's desk: to everybody else there is nothing at its addresses."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import erasing as boards_erasing
from sccafe.boards import measures
from sccafe.boards import queries as boards
from sccafe.boards.shown import board_title
from sccafe.boards.threads import NotThere
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.extensions import limiter
from sccafe.moderation import erasing, identity, identity_views, policy, queries, service, shown, words
from sccafe.moderation.forms import (
    AssignForm,
    DismissForm,
    ErasePostForm,
    EraseWordsForm,
    ManageForm,
    ReasonForm,
    ReportForm,
    WordsForm,
)

pages = Blueprint("moderation", __name__)
pages.register_blueprint(identity_views.pages)

#: Floods only.
WRITES = limiter.limit("20/minute;200/hour", methods=["POST"])


def _staff(action: str) -> Viewer:
    """The staff member who asks; to everybody else there is nothing here."""
    who = viewer()
    if not policy.may(who, action):
        raise NotThere
    return who


def _there(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise NotThere
    return row


def _onward(form: ReasonForm, otherwise: str) -> ResponseReturnValue:
    return web.see_other(web.inside(form.next.data) if form.next.data else otherwise)


# --- to report a post -------------------------------------------------------------------------------


def _cards(posts: Sequence[Row[Any]], language: str) -> list[shown.PostCard]:
    return shown.post_cards(posts, boards.files_of([post.id for post in posts]), language)


@pages.route("/posts/<int:post_id>/report", methods=["GET", "POST"])
@WRITES
def report_post(post_id: int) -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    post = _there(queries.post_to_report(who, post_id))
    if not policy.may_report(who, bool(post.mine), post.state):
        return web.refusal(_("ご自分の書き込みです"), _("ご自分の書き込みは、「その他」から編集や削除ができます。"))
    end_reading()
    form = ReportForm()
    if form.validate_on_submit():
        service.report_post(who, post_id, form.reason.data, form.note.data or "")
        if web.is_partial():
            return render_template("moderation/_reported.html", post_id=post_id)
        flash(_("知らせてくださって、ありがとうございます。事務局が読んで、必要な対応をします。"))
        return web.see_other(f"/posts/{post_id}")
    template = "moderation/_report_form.html" if web.is_partial() else "moderation/report_post.html"
    page = render_template(template, form=form, p=_cards([post], locale())[0])
    return page, (422 if form.errors else 200)


# --- the desk ---------------------------------------------------------------------------------------


@pages.get("/moderation")
def desk() -> ResponseReturnValue:
    who, language = _staff("see_desk"), locale()
    lines = shown.reported_posts(queries.open_reports(who), who.user_id, language)
    return render_template(
        "moderation/desk.html",
        counts=queries.counts(who),
        mine=[line for line in lines if line.mine],
        others=[line for line in lines if not line.mine],
        held=_cards(queries.held_posts(who), language),
        releases=identity.waiting(who),
    )


@pages.get("/moderation/reports/<int:report_id>")
def report(report_id: int) -> ResponseReturnValue:
    who = _staff("see_desk")
    return _report_page(who, report_id)


def _report_page(
    who: Viewer, report_id: int, dismiss_form: DismissForm | None = None, assign_form: AssignForm | None = None
) -> ResponseReturnValue:
    language = locale()
    found = _there(queries.report(who, report_id))
    post = _there(queries.post_at_desk(who, found.post_id))
    wrong = bool((dismiss_form and dismiss_form.errors) or (assign_form and assign_form.errors))
    page = render_template(
        "moderation/report.html",
        report_id=report_id,
        is_open=found.state == "open",
        assignee=found.assignee or "",
        p=_cards([post], language)[0],
        reports=shown.reports(queries.reports_of_post(who, found.post_id), language),
        hide_form=ReasonForm(formdata=None),
        dismiss_form=dismiss_form or DismissForm(),
        assign_form=assign_form or _assign_form(found.assignee_id),
    )
    return page, (422 if wrong else 200)


def _assign_form(assignee_id: int | None) -> AssignForm:
    staff = [(str(row.id), row.handle) for row in queries.staff()]
    return AssignForm(staff, data={"assignee": str(assignee_id)})


@pages.route("/moderation/reports/<int:report_id>/dismiss", methods=["GET", "POST"])
@WRITES
def dismiss(report_id: int) -> ResponseReturnValue:
    who = _staff("decide")
    form = DismissForm()
    if not form.validate_on_submit():
        return _report_page(who, report_id, dismiss_form=form)
    end_reading()
    service.close_report(who, report_id, "dismissed", form.decision.data or "")
    flash(_("書き込みはそのままにして、知らせを閉じました。"))
    return web.see_other("/moderation")


@pages.route("/moderation/reports/<int:report_id>/assign", methods=["GET", "POST"])
@WRITES
def assign(report_id: int) -> ResponseReturnValue:
    who = _staff("decide")
    form = _assign_form(None)
    if not form.validate_on_submit():
        return _report_page(who, report_id, assign_form=form if form.errors else None)
    end_reading()
    service.assign_report(who, report_id, int(form.assignee.data))
    flash(_("担当を変えました。"))
    return web.see_other(f"/moderation/reports/{report_id}")


# --- measures against a post ------------------------------------------------------------------------


def _measure_page(post: Row[Any], form: ReasonForm) -> ResponseReturnValue:
    """What can be done with a post in the state it is in: hide, refuse or restore it."""
    page = render_template(
        "moderation/measure.html",
        p=_cards([post], locale())[0],
        form=form,
        may_ask_identity=bool(post.alias) and policy.may(viewer(), "ask_identity"),
    )
    return page, (422 if form.errors else 200)


@pages.route("/posts/<int:post_id>/hide", methods=["GET", "POST"])
@WRITES
def hide(post_id: int) -> ResponseReturnValue:
    who = _staff("measure")
    post = _there(queries.post_at_desk(who, post_id))
    form = ReasonForm()
    if not form.validate_on_submit():
        return _measure_page(post, form)
    end_reading()
    measures.hide_post(who, post_id, form.reason.data)
    if post.state == "held":
        flash(_("書き込みを出さないことにしました。理由を、書いた人に伝えます。"))
        return web.see_other("/moderation")
    flash(_("書き込みを非表示にしました。理由を、書いた人に伝えます。"))
    return _onward(form, f"/posts/{post_id}")


@pages.route("/posts/<int:post_id>/restore", methods=["GET", "POST"])
@WRITES
def restore(post_id: int) -> ResponseReturnValue:
    who = _staff("measure")
    post = _there(queries.post_at_desk(who, post_id))
    form = ReasonForm()
    if not form.validate_on_submit():
        return _measure_page(post, form)
    end_reading()
    measures.restore_post(who, post_id, form.reason.data)
    flash(_("書き込みをもう一度見せました。理由を、書いた人に伝えます。"))
    return _onward(form, f"/posts/{post_id}")


@pages.route("/posts/<int:post_id>/approve", methods=["GET", "POST"])
@WRITES
def approve(post_id: int) -> ResponseReturnValue:
    who = _staff("decide")
    _there(queries.post_at_desk(who, post_id))
    if request.method == "POST":
        end_reading()
        measures.approve_post(who, post_id)
        flash(_("書き込みを公開しました。書いた人に伝えます。"))
    return web.see_other("/moderation")


@pages.route("/posts/<int:post_id>/erase", methods=["GET", "POST"])
@WRITES
def erase_post(post_id: int) -> ResponseReturnValue:
    who = _staff("erase")
    post = _there(queries.post_at_desk(who, post_id))
    form = ErasePostForm()
    if form.validate_on_submit():
        end_reading()
        boards_erasing.erase_post(who, post_id, form.reason.data)
        flash(_("書き込みの文を完全に消しました。"))
        return _onward(form, f"/posts/{post_id}")
    page = render_template("moderation/erase_post.html", p=_cards([post], locale())[0], form=form)
    return page, (422 if form.errors else 200)


# --- measures against a topic -----------------------------------------------------------------------


@pages.route("/topics/<int:topic_id>/manage", methods=["GET", "POST"])
@WRITES
def manage(topic_id: int) -> ResponseReturnValue:
    who, language = _staff("measure"), locale()
    topic = _there(queries.topic_at_desk(who, topic_id))
    form = ManageForm(
        [(key, label) for key, label in words.topic_measures().items() if key in _possible(topic)],
        [(str(row.id), board_title(row, language)) for row in boards.boards(who) if row.id != topic.board_id],
    )
    if form.validate_on_submit():
        end_reading()
        measure = form.measure.data
        if measure == "moved":
            measures.move_topic(who, topic_id, int(form.board.data), form.reason.data)
        else:
            measures.change_topic(who, topic_id, measure, form.reason.data)
        flash(words.done_to_topic(measure))
        return web.see_other(f"/topics/{topic_id}")
    page = render_template(
        "moderation/manage.html", topic=topic, board=board_title(topic, language), states=_states(topic), form=form
    )
    return page, (422 if form.errors else 200)


def _possible(topic: Row[Any]) -> set[str]:
    """The measures that change something of this topic as it is."""
    possible = {"unlocked" if topic.locked else "locked", "unpinned" if topic.pinned else "pinned", "moved"}
    if topic.visibility == "published":
        possible.add("hidden")
    elif topic.visibility == "hidden":
        possible.add("restored")
    return possible


def _states(topic: Row[Any]) -> list[str]:
    states = [
        (topic.locked, _("書き込み終了")),
        (topic.pinned, _("固定")),
        (topic.visibility == "hidden", _("非表示")),
        (topic.visibility == "held", _("確認待ち")),
        (topic.visibility == "deleted", _("書いた人が削除")),
    ]
    return [label for stands, label in states if stands]


# --- to erase words ---------------------------------------------------------------------------------


def _unstored(page: str, status: int = 200) -> Response:
    """A page that shows a resident's name leaves no copy in the browser."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.route("/moderation/erase", methods=["GET", "POST"])
@WRITES
def erase() -> ResponseReturnValue:
    """Look for the words. They travel in the form and never in the address, which logs and histories keep."""
    who = _staff("erase")
    form = WordsForm()
    if form.validate_on_submit():
        return _found_words(who, EraseWordsForm(formdata=None, data={"words": form.words.data}))
    return _unstored(render_template("moderation/erase.html", form=form), 422 if form.errors else 200)


@pages.route("/moderation/erase/confirm", methods=["GET", "POST"])
@WRITES
def erase_words() -> ResponseReturnValue:
    who = _staff("erase")
    if request.method == "GET":
        return redirect("/moderation/erase")
    form = EraseWordsForm()
    if not form.validate_on_submit():
        return _found_words(who, form)
    end_reading()
    count = erasing.erase_words(who, form.words.data, form.reason.data)
    flash(_("%(count)sか所から完全に消しました。", count=count))
    return web.see_other("/moderation/erase")


def _found_words(who: Viewer, form: EraseWordsForm) -> ResponseReturnValue:
    """Where the words stand, and the form that erases them."""
    if form.words.errors:
        return _unstored(render_template("moderation/erase.html", form=form), 422)
    end_reading()
    found = erasing.find_words(who, form.words.data)
    return _unstored(
        render_template(
            "moderation/erase_words.html",
            form=form,
            count=found.count,
            topics=queries.titles_of_topics(who, found.posts.topic_ids),
            posts=queries.titles_of_posts(who, found.posts.post_ids),
            elsewhere=found.elsewhere,
        ),
        422 if form.errors else 200,
    )


# --- the record -------------------------------------------------------------------------------------


def _before() -> int | None:
    """`?before=` as an entry's id; anything else is the first page."""
    written = request.args.get("before", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


@pages.get("/moderation/record")
def record() -> ResponseReturnValue:
    who = _staff("read_record")
    kinds = words.audit_kinds()
    kind = request.args.get("kind", "")
    kind = kind if kind in kinds else ""
    rows = queries.entries(who, kind, _before())
    more = len(rows) > queries.ENTRIES
    rows = rows[: queries.ENTRIES]
    return render_template(
        "moderation/record.html",
        entries=shown.entries(rows, locale()),
        filters=[(label, _record(kind=key), key == kind) for key, label in [("", _("すべて")), *kinds.items()]],
        older_href=_record(kind=kind, before=str(rows[-1].id)) if more else "",
        newest_href=_record(kind=kind) if request.args.get("before") else "",
    )


def _record(**arguments: str) -> str:
    chosen = urlencode({name: value for name, value in arguments.items() if value})
    return "/moderation/record" + (f"?{chosen}" if chosen else "")
