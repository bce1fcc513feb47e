"""What the secretariat looks after: boards, settings and pages."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.registration import REGISTRATION_MODE
from sccafe.accounts.sessions import viewer
from sccafe.boards import arranging, shown
from sccafe.boards import policy as boards_policy
from sccafe.boards import queries as boards
from sccafe.boards.service import HOLD_FIRST_POST
from sccafe.boards.threads import NotThere
from sccafe.boards.waiting import RAISE_AFTER, REMIND_AFTER
from sccafe.core import site_settings, web
from sccafe.core.audience import Viewer, system
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library.service import CHECK_AFTER
from sccafe.library.using import TALK_BOARD
from sccafe.site import policy, queries, service, words
from sccafe.site.forms import BoardForm, PageForm, SettingsForm

pages = Blueprint("admin", __name__)


def _staff() -> Viewer:
    """The staff member who asks; to everybody else there is nothing here."""
    who = viewer()
    if not boards_policy.may_manage_boards(who):
        raise NotThere
    return who


@pages.get("/admin")
def index() -> ResponseReturnValue:
    _staff()
    return redirect("/admin/approvals")


# --- boards -------------------------------------------------------------------------------------------


def kinds() -> dict[str, str]:
    return {
        "exchange": _("交流（会員が話題をはじめる）"),
        "questions": _("質問（答えを選べる）"),
        "meeting": _("会議室（事務局が議題を立てる）"),
        "industry": _("産業界への意見（事務局が議題を立てる）"),
        "news": _("お知らせ（事務局が書く）"),
    }


def audiences() -> dict[str, str]:
    return {
        "public": _("すべての人"),
        "network": _("会員と企業"),
        "members": _("会員"),
        "experts": _("専門家と事務局"),
        "industry": _("企業と事務局"),
        "staff": _("事務局だけ"),
    }


def starts() -> dict[str, str]:
    return {"": _("種類のとおり"), "staff": _("事務局だけ")}


@pages.get("/admin/boards")
def board_list() -> ResponseReturnValue:
    who, language = _staff(), locale()
    names, readers = kinds(), audiences()
    return render_template(
        "admin/boards.html",
        boards=[
            {
                "id": board.id,
                "href": f"/boards/{board.slug}",
                "title": shown.board_title(board, language),
                "kind": names[board.kind],
                "audience": readers.get(board.audience, _("部屋の参加者")),
                "topics": board.topic_count,
                "archived": board.archived,
            }
            for board in boards.boards(who, archived=True)
        ],
    )


@pages.route("/admin/boards/new", methods=["GET", "POST"])
@pages.route("/admin/boards/<int:board_id>", methods=["GET", "POST"])
def board_edit(board_id: int | None = None) -> ResponseReturnValue:
    who = _staff()
    found = boards.board_by_id(who, board_id) if board_id is not None else None
    if board_id is not None and found is None:
        raise NotThere
    end_reading()
    present: dict[str, Any] = {"anonymous_allowed": True, "position": 100}
    if found is not None:
        present = {**found._mapping, "title": found.board_title, "title_en": found.board_title_en}
    form = BoardForm(kinds(), audiences(), starts(), data=present)
    if request.method == "POST" and form.validate():
        values = arranging.BoardValues(
            slug=form.slug.data,
            kind=form.kind.data,
            title=form.title.data,
            title_en=form.title_en.data or "",
            description=form.description.data or "",
            description_en=form.description_en.data or "",
            audience=form.audience.data,
            start=form.start.data or "",
            anonymous_allowed=form.anonymous_allowed.data,
            position=form.position.data or 0,
            archived=form.archived.data,
        )
        try:
            arranging.save_board(who, board_id, values)
        except arranging.SlugTaken:
            form.slug.errors = [_("このアドレスはほかの板が使っています。別のものにしてください。")]
        else:
            flash(_("板を保存しました。"))
            return web.see_other("/admin/boards")
    return render_template("admin/board.html", form=form, found=found), (422 if form.errors else 200)


# --- settings -----------------------------------------------------------------------------------------


@pages.route("/admin/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    who = _staff()
    modes = {
        "open": _("だれでも登録できる"),
        "approval": _("事務局が認めた人だけ"),
        "invitation": _("招待された人だけ"),
    }
    present = {
        "registration_mode": site_settings.get(REGISTRATION_MODE),
        "hold_first_post": site_settings.get(HOLD_FIRST_POST),
        "raise_after": site_settings.get(RAISE_AFTER),
        "remind_after": site_settings.get(REMIND_AFTER),
        "check_after": site_settings.get(CHECK_AFTER),
    }
    # Only where members start topics can they begin to talk about an item.
    talkable = [
        row
        for row in boards.boards(who)
        if boards_policy.may_start(system("member"), row.kind, row.start, row.archived)
    ]
    talk_boards = {"": _("開かない"), **{row.slug: shown.board_title(row, locale()) for row in talkable}}
    talk_board = site_settings.get(TALK_BOARD)
    end_reading()
    present["talk_board"] = talk_board if talk_board in talk_boards else ""
    form = SettingsForm(modes, talk_boards, data=present)
    if request.method == "POST" and form.validate():
        service.change_settings(
            who,
            {
                REGISTRATION_MODE.key: form.registration_mode.data,
                HOLD_FIRST_POST.key: form.hold_first_post.data,
                RAISE_AFTER.key: form.raise_after.data,
                REMIND_AFTER.key: form.remind_after.data,
                CHECK_AFTER.key: form.check_after.data,
                TALK_BOARD.key: form.talk_board.data,
            },
        )
        flash(_("設定を保存しました。"))
        return web.see_other("/admin/settings")
    return render_template("admin/settings.html", form=form), (422 if form.errors else 200)


# --- pages --------------------------------------------------------------------------------------------


@pages.get("/admin/pages")
def page_list() -> ResponseReturnValue:
    _staff()
    return render_template("admin/pages.html", titles=words.page_titles())


@pages.route("/admin/pages/<any(about, terms, privacy, contact):slug>/<any(ja, en):language>", methods=["GET", "POST"])
def page_edit(slug: str, language: str) -> ResponseReturnValue:
    who = _staff()
    if not policy.may_edit_pages(who):
        raise NotThere
    found = queries.page(slug, language)
    end_reading()
    form = PageForm()
    if request.method == "GET":
        form.body.data = found[0] if found else queries.supplied_page(slug, language)
    elif form.validate():
        service.edit_page(who, slug, language, form.text)
        flash(_("ページを保存しました。"))
        return web.see_other(f"/{slug}")
    return render_template(
        "admin/page.html", form=form, title=words.page_titles()[slug], slug=slug, language=language
    ), (422 if form.errors else 200)
