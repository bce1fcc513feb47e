"""For the secretariat: prompts, whom they go to, and what came back. To everybody else there is nothing here."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.boards import shown as boards_shown
from sccafe.boards.blueprint import WRITES
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, markup, text_rules, web
from sccafe.core.database import end_reading
from sccafe.core.formats import date_text, moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.prompts import policy, queries, service
from sccafe.prompts.blueprint import pages, private_page, why_no_answer
from sccafe.prompts.forms import DeadlineForm, PromptForm, SendForm


def _shown(row: Row[Any], language: str) -> SimpleNamespace:
    last_day = service.last_day(row.deadline)
    return SimpleNamespace(
        id=row.id,
        title=row.title,
        href=f"/prompts/{row.id}",
        topic_href=f"/topics/{row.topic_id}",
        board=boards_shown.board_title(row, language),
        last_day=last_day,
        until=date_text(service.end_of(last_day) - timedelta(seconds=1), language),
        is_open=clock.now() < row.deadline,
        figures=[
            (_("送った"), row.sent_count),
            (_("開いた"), row.opened_count),
            (_("答えた"), row.answered_count),
            (_("載っている"), row.published_count),
        ],
    )


@pages.get("/prompts")
@only_where(policy.may_ask)
def prompts() -> ResponseReturnValue:
    who, language = viewer(), locale()
    page = web.page_number()
    rows, count = queries.prompts(who, page)
    return private_page(
        "list",
        prompts=[_shown(row, language) for row in rows],
        pager=web.pager("/prompts", page, max(1, -(-count // queries.PER_PAGE))),
        boards=[
            (f"/boards/{row.slug}/for-someone", boards_shown.board_title(row, language))
            for row in queries.boards_to_ask_on(who)
        ],
    )


@pages.route("/prompts/new", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_ask)
def new_prompt() -> ResponseReturnValue:
    who, language = viewer(), locale()
    boards = [(row.id, boards_shown.board_title(row, language)) for row in queries.boards_to_ask_on(who)]
    form = PromptForm(boards)
    end_reading()
    preview: Markup | str = ""
    if request.method == "POST" and request.form.get("do") == "preview":
        preview = _rendered(form.body.data or "")
    elif form.validate_on_submit() and form.until.data:
        made = service.open_prompt(
            who, int(form.board.data), form.title.data, form.text, form.until.data, form.once.data or ""
        )
        flash(_("話題を開きました。つぎに、だれにたずねるかを決めてください。"))
        return web.see_other(f"/prompts/{made}#send")
    return private_page("new", 422 if form.errors else 200, form=form, preview_html=preview)


def _rendered(source: str) -> Markup | str:
    """A text as a page shows it; one that the rules refuse today is shown as it was typed."""
    try:
        return Markup(markup.render(source))  # noqa: S704  the renderer's own
    except text_rules.TextRefused:
        return source


@pages.get("/prompts/<int:prompt_id>")
@only_where(policy.may_ask)
def prompt(prompt_id: int) -> ResponseReturnValue:
    return _page(prompt_id)


def _page(
    prompt_id: int,
    sending: SendForm | None = None,
    deadline: DeadlineForm | None = None,
    reached: service.Reached | None = None,
) -> ResponseReturnValue:
    who, language = viewer(), locale()
    row = queries.prompt(who, prompt_id)
    if row is None:
        raise NotThere
    page, now = web.page_number(), clock.now()
    answers, count = queries.private_answers(who, prompt_id, page)
    shown = _shown(row, language)
    return private_page(
        "prompt",
        422 if (sending and sending.errors) or (deadline and deadline.errors) else 200,
        prompt=shown,
        question=Markup(queries.question(row.topic_id)),  # noqa: S704  the renderer's own
        who_reads=boards_shown.who_reads(row.board_audience),
        sending=sending or _send_form(row),
        deadline=deadline or DeadlineForm(data={"until": shown.last_day}, formdata=None),
        reached=reached,
        answers=[
            SimpleNamespace(name=each.name, html=_rendered(each.source), at=moment(each.written_at, language, now))
            for each in answers
        ],
        answer_count=count,
        pager=web.pager(f"/prompts/{prompt_id}", page, max(1, -(-count // queries.PER_PAGE))),
    )


def _send_form(row: Row[Any]) -> SendForm:
    return SendForm(policy.roles_reading(row.board_audience), policy.may_be_sent_to_addresses(row.board_audience))


@pages.post("/prompts/<int:prompt_id>/send")
@WRITES
@only_where(policy.may_ask)
def send(prompt_id: int) -> ResponseReturnValue:
    """Send it; with `do=count` only say how many it would reach."""
    who = viewer()
    row = queries.prompt(who, prompt_id)
    if row is None:
        raise NotThere
    form = _send_form(row)
    valid = form.validate()
    end_reading()
    if not valid:
        return _page(prompt_id, sending=form)
    whom = service.Whom(tuple(form.roles.data or ()), form.prefecture.data or "", form.found)
    if request.form.get("do") == "count":
        return _page(prompt_id, sending=form, reached=service.reached(who, prompt_id, whom))
    try:
        sent = service.send(who, prompt_id, whom)
    except MayNot as refused:
        form.refuse(form.roles, why_no_answer(refused.why))
        return _page(prompt_id, sending=form)
    if sent.count:
        flash(_("%(count)s通を送ります。しばらくのあいだに、順に届きます。", count=sent.count))
    else:
        flash(_("新しく送る相手はいませんでした。選んだ方には、もう送ってあります。"))
    return web.see_other(f"/prompts/{prompt_id}")


@pages.post("/prompts/<int:prompt_id>/deadline")
@WRITES
@only_where(policy.may_ask)
def change_deadline(prompt_id: int) -> ResponseReturnValue:
    who = viewer()
    form = DeadlineForm()
    valid = form.validate()
    end_reading()
    if not valid or not form.until.data:
        return _page(prompt_id, deadline=form)
    service.change_deadline(who, prompt_id, form.until.data)
    flash(_("締め切りを変えました。"))
    return web.see_other(f"/prompts/{prompt_id}")
