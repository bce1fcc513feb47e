"""Home, the pages the secretariat edits, places still to be built, and what programs ask for."""

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from sccafe.accounts.sessions import viewer
from sccafe.boards import policy as boards_policy
from sccafe.boards import queries as boards
from sccafe.boards import shown
from sccafe.boards.forms import NewTopicForm
from sccafe.core import clock, markup, site_settings, web
from sccafe.core.audience import VISITOR
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.notifications import queries as notices
from sccafe.site import admin_views, policy, queries, words
from sccafe.site.service import DEMO_LOADED, PAGES

pages = Blueprint("site", __name__)
pages.register_blueprint(admin_views.pages)

#: How many topics home shows of each kind.
NEW, WAITING, NEWEST = 6, 4, 8


@pages.app_context_processor
def what_every_page_shows() -> dict[str, object]:
    """The reader, the main places, and whether this is the demo. Costs no statement of its own."""
    if web.without_database():
        return {"locale": locale()}
    return {
        "viewer": viewer(),
        "locale": locale(),
        "places": [
            {"key": "exchange", "label": _("ひろば"), "href": "/boards/exchange"},
            {"key": "questions", "label": _("教えて！"), "href": "/boards/questions"},
            {"key": "meeting", "label": _("会議室"), "href": "/boards/meeting"},
            {"key": "industry", "label": _("産業界へ"), "href": "/boards/industry"},
            {"key": "library", "label": _("資料室"), "href": "/library"},
            {"key": "counseling", "label": _("カウンセリング"), "href": "/counseling"},
        ],
        "demo_banner": site_settings.get(DEMO_LOADED),
    }


# --- home ---------------------------------------------------------------------------------------------


@pages.get("/")
def home() -> ResponseReturnValue:
    who, language = viewer(), locale()
    newest = boards.newest_topics(who, NEWEST)
    waiting = shown.topic_rows(boards.waiting_questions(who, WAITING), {}, language, who.joined_at, with_board=True)
    if not who.signed_in:
        return render_template(
            "site/visitor_home.html",
            place="home",
            rows=shown.topic_rows(newest, {}, language, None, with_board=True),
            waiting=waiting,
            boards=[
                {"href": f"/boards/{board.slug}", "title": shown.board_title(board, language)}
                for board in boards.boards(who)
            ],
        )
    unread = boards.unread_topics(who, NEW)
    new = {row.id for row in unread}
    exchange = boards.board(who, "exchange")
    may_start = exchange is not None and boards_policy.may_start(who, exchange.kind, exchange.start, exchange.archived)
    return render_template(
        "site/home.html",
        place="home",
        rows=shown.topic_rows(unread, {}, language, who.joined_at, with_board=True),
        newest=shown.topic_rows(
            [row for row in newest if row.id not in new], {}, language, who.joined_at, with_board=True
        ),
        waiting=waiting,
        notices=notices.notices_for_home(who, 4),
        quick_form=NewTopicForm("exchange", language) if may_start else None,
        who_reads=shown.who_reads(exchange.audience) if exchange is not None else "",
    )


# --- pages the secretariat edits --------------------------------------------------------------------


@pages.get("/<any(about, terms, privacy, contact):slug>")
def page(slug: str) -> ResponseReturnValue:
    language = locale()
    found = queries.page(slug, language)
    html = found[1] if found else supplied(slug, language)
    return render_template(
        "site/page.html",
        title=words.page_titles()[slug],
        html=Markup(html),  # noqa: S704
        updated=moment(found[2], language) if found else None,
        may_edit=policy.may_edit_pages(viewer()),
        edit_href=f"/admin/pages/{slug}/{language}",
    )


def supplied(slug: str, language: str) -> str:
    """The page that the site comes with, rendered once per process."""
    cache: dict[tuple[str, str], str] = current_app.extensions.setdefault("sccafe_supplied_pages", {})
    if (slug, language) not in cache:
        cache[slug, language] = markup.render(queries.supplied_page(slug, language))
    return cache[slug, language]


# --- places still to be built -----------------------------------------------------------------------


@pages.get("/<any(library, counseling, industry, rooms, search, bookmarks, drafts):name>")
def soon(name: str) -> ResponseReturnValue:
    lounge = {"label": _("ラウンジを見る"), "href": "/lounge"}
    ask = {"label": _("「教えて！」で質問する"), "href": "/boards/questions/new"}
    told = {
        "library": (
            _("資料室"),
            _("各地の事例と役立つ資料を集める場所です。いま準備しています。"),
            [_("人口の近いまちの事例をさがす"), _("自分のまちの取り組みを載せる"), _("ひな形や動画を持ち帰る")],
            [lounge],
        ),
        "counseling": (
            _("カウンセリング"),
            _("ひとりで抱えている悩みを、専門家に聞いてもらう場所です。いま準備しています。"),
            [
                _("登録していなくても、名前を出さなくても相談できる"),
                _("内容に合う専門家が答える"),
                _("だれが読んだかを、あとで確かめられる"),
            ],
            [ask, lounge],
        ),
        "industry": (
            _("SCの意見を産業界に届けます!!"),
            _("集まった意見を提案にまとめ、企業に届ける場所です。いまは板で意見を集めています。"),
            [_("買物や移動など、困りごとを企業に伝える"), _("企業からの答えを読む")],
            [{"label": _("意見の板を読む"), "href": "/boards/industry"}, lounge],
        ),
        "rooms": (
            _("部屋"),
            _("都道府県や立場ごとに、参加した人だけで話す場所です。いま準備しています。"),
            [_("近くのまちのSCと話す"), _("同じテーマの仲間と集まる")],
            [lounge],
        ),
        "search": (
            _("検索"),
            _("話題や資料をことばでさがす場所です。いま準備しています。"),
            [_("書き込み、資料、答えをまとめてさがす"), _("「買物」と「買い物」を同じことばとしてさがす")],
            [lounge, ask],
        ),
        "bookmarks": (
            _("しおり"),
            _("あとで読みたい書き込みに、しおりをはさむ場所です。いま準備しています。"),
            [_("思い出したい日に知らせを受け取る")],
            [lounge],
        ),
        "drafts": (
            _("下書き"),
            _("書きかけの文を、どの機器からでも続けられるようにする場所です。いま準備しています。"),
            [_("書いている途中の文が自動で残る")],
            [lounge],
        ),
    }
    title, told_text, points, actions = told[name]
    return render_template(
        "site/soon.html",
        title=title,
        text=told_text,
        points=points,
        actions=actions,
        place=name,
        query=request.args.get("q", ""),
    )


# --- for programs -----------------------------------------------------------------------------------


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers too; where it does not, the error page's 503 says so."""
    queries.ask()
    return Response("ok\n", mimetype="text/plain")


@pages.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """What a visitor may read."""
    base = current_app.config["SETTINGS"].base_url
    slugs, topics = queries.addresses(VISITOR, 10_000)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    lines += [f"<url><loc>{base}/{path}</loc></url>" for path in ("", "lounge", *PAGES)]
    lines += [f"<url><loc>{base}/boards/{slug}</loc></url>" for slug in slugs]
    lines += [
        f"<url><loc>{base}/topics/{number}</loc><lastmod>{at.astimezone(clock.TOKYO).date()}</lastmod></url>"
        for number, at in topics
    ]
    return Response("\n".join([*lines, "</urlset>", ""]), mimetype="application/xml")


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    base = current_app.config["SETTINGS"].base_url
    return Response(
        f"User-agent: *\nDisallow: /sign-in\nDisallow: /sign-up\nDisallow: /search\nSitemap: {base}/sitemap.xml\n",
        mimetype="text/plain",
    )
