"""Home, the pages the secretariat edits, places still to be built, and what programs ask for."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import kept, shown
from sccafe.boards import policy as boards_policy
from sccafe.boards import queries as boards
from sccafe.boards.forms import quick_box
from sccafe.core import clock, markup, site_settings, web
from sccafe.core.audience import VISITOR
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import queries as library
from sccafe.notifications import queries as notices
from sccafe.site import admin_views, policy, queries, words
from sccafe.site.service import DEMO_LOADED, PAGES

pages = Blueprint("site", __name__)
pages.register_blueprint(admin_views.pages)

#: How many topics home shows of each kind.
NEW, WAITING, NEWEST, CALLED = 6, 4, 8, 3
#: And how many items of the library.
NEW_ITEMS = 3


@pages.app_context_processor
def what_every_page_shows() -> dict[str, object]:
    """The reader, and whether this is the demo. Costs no statement of its own."""
    if web.without_database():
        return {"locale": locale()}
    return {
        "viewer": viewer(),
        "locale": locale(),
        "demo_banner": site_settings.get(DEMO_LOADED),
    }


@pages.app_template_global()
def places() -> list[dict[str, str]]:
    """The main places, in their order."""
    return [
        {"key": "exchange", "label": _("ひろば"), "href": "/boards/exchange"},
        {"key": "questions", "label": _("教えて！"), "href": "/boards/questions"},
        {"key": "meeting", "label": _("会議室"), "href": "/boards/meeting"},
        {"key": "industry", "label": _("産業界へ"), "href": "/boards/industry"},
        {"key": "library", "label": _("資料室"), "href": "/library"},
        {"key": "counseling", "label": _("カウンセリング"), "href": "/counseling"},
    ]


# --- home ---------------------------------------------------------------------------------------------


@pages.get("/")
def home() -> ResponseReturnValue:
    who, language = viewer(), locale()
    lists = boards.topics_of_home(who, newest=NEWEST, waiting=WAITING, unread=NEW, called=CALLED)
    new = {row.id for row in lists["unread"]}
    called = {row.id for row in lists["called"]}

    def html(rows: Iterable[Row[Any]]) -> list[Markup]:
        return kept.topic_rows_html(list(rows), language, who.joined_at, with_board=True)

    shared = {
        "place": "home",
        "waiting": html(row for row in lists["waiting"] if row.id not in called),
        "newest": html(row for row in lists["newest"] if row.id not in new),
        "items": library.newest(who, NEW_ITEMS),
    }
    if not who.signed_in:
        return render_template(
            "site/visitor_home.html",
            **shared,
            boards=[
                {"href": f"/boards/{board.slug}", "title": shown.board_title(board, language)}
                for board in boards.boards(who)
            ],
        )
    exchange = boards.board_for_home(who, "exchange")
    may_start = exchange is not None and boards_policy.may_start(who, exchange.kind, exchange.start, exchange.archived)
    return render_template(
        "site/home.html",
        **shared,
        unread=html(lists["unread"]),
        called=html(lists["called"]),
        may_see_raised=boards_policy.may_see_raised(who),
        notices=notices.notices_for_home(who, 4),
        helped=exchange.helped if exchange is not None else 0,
        quick=quick_box(exchange) if may_start and exchange is not None else None,
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


@pages.get("/<any(industry, rooms):name>")
def soon(name: str) -> ResponseReturnValue:
    lounge = {"label": _("ラウンジを見る"), "href": "/lounge"}
    told = {
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
    }
    title, told_text, points, actions = told[name]
    return render_template(
        "site/soon.html",
        title=title,
        text=told_text,
        points=points,
        actions=actions,
        place=name,
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
    lines += [f"<url><loc>{base}/{path}</loc></url>" for path in ("", "lounge", "library", "counseling", *PAGES)]
    lines += [f"<url><loc>{base}/boards/{slug}</loc></url>" for slug in slugs]
    lines += [
        f"<url><loc>{base}/topics/{number}</loc><lastmod>{at.astimezone(clock.TOKYO).date()}</lastmod></url>"
        for number, at in topics
    ]
    lines += [
        f"<url><loc>{base}/library/{row.id}</loc><lastmod>{row.checked_on}</lastmod></url>"
        for row in library.addresses(VISITOR, 10_000)
    ]
    return Response("\n".join([*lines, "</urlset>", ""]), mimetype="application/xml")


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    base = current_app.config["SETTINGS"].base_url
    return Response(
        f"User-agent: *\nDisallow: /sign-in\nDisallow: /sign-up\nDisallow: /search\nSitemap: {base}/sitemap.xml\n",
        mimetype="text/plain",
    )
