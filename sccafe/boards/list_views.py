"""The lounge, a board, a new topic."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import drafts, kept, policy, queries, service, shown, similar
from sccafe.boards.blueprint import (
    TOUCHES,
    WRITES,
    after_writing,
    pages,
    place_of,
    preview_of,
)
from sccafe.boards.draft_views import keep_draft
from sccafe.boards.forms import NewTopicForm, quick_box
from sccafe.boards.polls import PollRefused
from sccafe.boards.threads import MayNot, NotThere
from sccafe.boards.waiting import RAISE_AFTER
from sccafe.core import site_settings, taxonomy, web
from sccafe.core.audience import PUBLIC
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale


@pages.get("/lounge")
def lounge() -> ResponseReturnValue:
    who, language = viewer(), locale()
    return render_template(
        "boards/lounge.html",
        boards=kept.board_lines_html(queries.boards_with_newest(who), language),
        unanswered=kept.topic_rows_html(queries.waiting_questions(who, 5), language, who.joined_at, with_board=True),
    )


@pages.get("/waiting")
def waiting() -> ResponseReturnValue:
    """Questions that nobody has answered for some days: for experts and the secretariat."""
    who = viewer()
    if not policy.may_see_raised(who):
        raise NotThere
    rows = queries.raised_questions(who, 100)
    return render_template(
        "boards/waiting.html",
        rows=kept.topic_rows_html(rows, locale(), who.joined_at, with_board=True),
        days=site_settings.get(RAISE_AFTER),
    )


def _cursor(row: Row[Any]) -> str:
    """Where a page of a board ended, for the link to the next one."""
    return f"{int(row.pinned)}.{int(row.last_post_at.timestamp() * 1_000_000)}.{row.id}"


def _read_cursor(written: str) -> tuple[bool, datetime, int] | None:
    parts = written.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return None
    seconds, micro = divmod(int(parts[1]), 1_000_000)
    if seconds > 4_000_000_000:
        return None
    return parts[0] == "1", datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro), int(parts[2])


@pages.get("/boards/<slug>")
def board(slug: str) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = queries.board_to_write_on(who, slug)
    if found is None:
        raise NotThere
    state = request.args.get("state", "")
    state = state if found.kind == "questions" and state in ("unanswered", "answered", "solved") else ""
    theme = request.args.get("theme", "")
    theme = theme if taxonomy.has("theme", theme) else ""
    page, after = web.page_number(), _read_cursor(request.args.get("after", ""))
    path = f"/boards/{slug}"
    if page > web.DIRECT_PAGES and after is None:
        return redirect(path + "?" + urlencode({"page": web.DIRECT_PAGES, **_chosen(state, theme)}))
    rows = queries.topics_of_board(who, found.id, page, state, theme, after)
    more, rows = len(rows) > queries.PER_PAGE, rows[: queries.PER_PAGE]
    may_start = policy.may_start(who, found.kind, found.start, found.archived)
    return render_template(
        "boards/board.html",
        board={
            "slug": slug,
            "title": shown.board_title(found, language),
            "description": _description(found),
            "kind": found.kind,
            "may_start": may_start,
            "feed": f"/feeds/{slug}.atom" if found.audience == PUBLIC else "",
        },
        place=place_of(slug, found.kind),
        rows=kept.topic_rows_html(rows, language, who.joined_at, with_board=False),
        pager=_board_pager(path, page, found.topic_count, rows, more, state, theme),
        filters=_state_filters(path, state, theme) if found.kind == "questions" else [],
        theme_filter=_theme_filters(path, state, theme, language),
        start_label=_("質問する") if found.kind == "questions" else _("話題をはじめる"),
        who_reads=shown.who_reads(found.audience),
        quick=quick_box(found) if may_start and found.kind == "exchange" and page == 1 else None,
    )


def _chosen(state: str, theme: str) -> dict[str, str]:
    return {name: value for name, value in (("state", state), ("theme", theme)) if value}


def _board_pager(
    path: str, page: int, topic_count: int, rows: Any, more: bool, state: str, theme: str
) -> web.Pager | None:
    """Numbers as far as they are known: all of a whole board, the next page only of a filtered one."""
    pages_in_all = -(-topic_count // queries.PER_PAGE) if not (state or theme) else page + more
    last_direct = max(page, min(pages_in_all, web.DIRECT_PAGES))
    made = web.pager(path, page, last_direct, **_chosen(state, theme))
    if more and page >= web.DIRECT_PAGES:
        further = {"page": str(page + 1), "after": _cursor(rows[-1]), **_chosen(state, theme)}
        return web.Pager(made.prev if made else "", path + "?" + urlencode(further), made.items if made else ())
    return made


def _state_filters(path: str, state: str, theme: str) -> list[tuple[str, str, bool]]:
    choices = (("", _("すべて")), ("unanswered", _("未回答")), ("answered", _("回答あり")), ("solved", _("解決")))
    rest = f"theme={theme}" if theme else ""
    return [(label, _link(path, f"state={key}" if key else "", rest), key == state) for key, label in choices]


def _theme_filters(path: str, state: str, theme: str, language: str) -> list[tuple[str, str, bool]]:
    rest = f"state={state}" if state else ""
    return [(_("すべてのテーマ"), _link(path, rest), False)] + [
        (option.label(language), _link(path, rest, f"theme={option.key}"), option.key == theme)
        for option in taxonomy.options("theme")
    ]


def _link(path: str, *chosen: str) -> str:
    """The address with what is chosen; keys of our lists need no quoting."""
    query = "&".join(filter(None, chosen))
    return f"{path}?{query}" if query else path


@pages.route("/boards/<slug>/new", methods=["GET", "POST"])
@WRITES
@web.takes_files
def new_topic(slug: str) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = queries.board_to_write_on(who, slug)
    if found is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    if not policy.may_start(who, found.kind, found.start, found.archived):
        raise MayNot("start")
    end_reading()
    form = NewTopicForm(found.kind, language, found.anonymous_allowed)
    preview = ""
    if request.method == "GET":
        form.title.data = request.args.get("title", "")[: service.TITLE_LENGTH]
        form.restore(found)
    elif request.form.get("do") == "preview":
        preview = preview_of(form.body.data or "")
    elif request.form.get("do") == "draft":
        return keep_draft(who, drafts.Place(board_id=found.id), form, f"/boards/{slug}")
    elif form.validate():
        try:
            written = service.start_topic(
                who,
                found.id,
                form.title.data or "",
                form.text,
                form.themes.data or (),
                form.once.data or "",
                form.naming,
                form.uploads,
                meeting=form.meeting(),
            )
            return after_writing(written)
        except PollRefused as refused:
            form.refuse(refused)
    return render_template(
        "boards/new_topic.html",
        form=form,
        draft_place=f"board/{found.id}",
        board={
            "slug": slug,
            "title": shown.board_title(found, language),
            "description": _description(found),
            "kind": found.kind,
        },
        place=place_of(slug, found.kind),
        who_reads=shown.who_reads(found.audience),
        preview_html=preview,
        similar=similar.similar_to(who, _typed(form)) if found.kind == "questions" else [],
    ), (422 if form.errors else 200)


def _typed(form: NewTopicForm) -> str:
    return f"{form.title.data or ''}\n{form.body.data or ''}"


@pages.post("/boards/<slug>/similar")
@TOUCHES
def similar_questions(slug: str) -> ResponseReturnValue:
    """What is there already for the text as far as it is typed; sent as a form, as addresses stand in logs."""
    who = viewer()
    if queries.board(who, slug) is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    text = request.form.get("title", "") + "\n" + request.form.get("body", "")
    return render_template("boards/_similar.html", similar=similar.similar_to(who, text))


def _description(board: Row[Any]) -> str:
    return str((board.description_en or board.description) if locale() == "en" else board.description)
