"""Items to take along: one, or a chosen list, as a PDF or as a page to print."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.http import dump_options_header

from sccafe.accounts.sessions import viewer
from sccafe.core import assets, clock, file_answers, pdfs, web
from sccafe.core.database import end_reading
from sccafe.core.formats import date_text, day_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.core.uploads import names
from sccafe.library import handout_shown, queries
from sccafe.library.blueprint import pages
from sccafe.library.errors import NotThere

#: So many items make one hand-out.
MOST_ITEMS = 20


@pages.get("/library/<int:item_id>.pdf")
def item_pdf(item_id: int) -> ResponseReturnValue:
    """One item as a PDF."""
    return _pdf(_readable([item_id]))


@pages.get("/library/handout.pdf")
def handout_pdf() -> ResponseReturnValue:
    """The items of `?items=3,7,9` as one PDF."""
    chosen = _chosen()
    return _too_many() if len(chosen) > MOST_ITEMS else _pdf(_readable(chosen))


@pages.get("/library/handout")
def handout() -> ResponseReturnValue:
    """The same as a page, to print from the browser."""
    chosen = _chosen()
    return _too_many() if len(chosen) > MOST_ITEMS else _page(_readable(chosen))


def _chosen() -> list[int]:
    """The numbers in `?items=`, each once."""
    written = request.args.get("items", "").replace("、", ",").split(",")
    numbers = [int(each) for each in written if each.strip().isascii() and each.strip().isdigit() and len(each) < 10]
    return list(dict.fromkeys(numbers))


def _too_many() -> ResponseReturnValue:
    return web.explained(
        400,
        _("一度にまとめられるのは%(most)s件までです", most=MOST_ITEMS),
        _("選んだ資料が多すぎます。"),
        _("前のページに戻り、%(most)s件までにしてください。", most=MOST_ITEMS),
        (_("資料室へ"), "/library"),
    )


def _readable(ids: list[int]) -> list[Row[Any]]:
    """What of these the viewer may read. Raises NotThere where it is nothing."""
    rows = queries.published(viewer(), ids)
    if not rows:
        raise NotThere
    return rows


def _page(rows: list[Row[Any]], is_page: bool = True) -> str:
    language, site = locale(), current_app.config["SETTINGS"].base_url
    files = queries.file_names([row.published_id for row in rows])
    end_reading()
    leaves = [handout_shown.leaf(row, files.get(row.published_id, ()), site, language) for row in rows]
    return render_template(
        "library/handout.html",
        leaves=leaves,
        site=site,
        made_on=day_text(clock.today(), language),
        is_page=is_page,
        is_list=len(rows) > 1,
        title=_("資料集") if len(rows) > 1 else rows[0].title,
        pdf_href=address("/library/handout.pdf", rows) if len(rows) > 1 else f"/library/{rows[0].id}.pdf",
        back_href="/library" if len(rows) > 1 else f"/library/{rows[0].id}",
    )


def address(path: str, rows: Sequence[Row[Any]]) -> str:
    """Where these items are one hand-out; empty where there are none, or more than fit."""
    fits = 0 < len(rows) <= MOST_ITEMS
    return f"{path}?items=" + ",".join(str(row.id) for row in rows) if fits else ""


def _pdf(rows: list[Row[Any]]) -> ResponseReturnValue:
    html = _page(rows, is_page=False)
    css = assets.content("vendor/tokens.css") + assets.content("css/handout.css")
    try:
        made = pdfs.of(html, css)
    except pdfs.CannotMake as refused:
        return _no_pdf(refused.why, address("/library/handout", rows))
    title = rows[0].title if len(rows) == 1 else _("資料集 %(date)s", date=date_text(clock.now(), locale()))
    response = make_response(made)
    response.headers["Content-Type"] = "application/pdf"
    name = names.clean(f"{title}.pdf", ("pdf",))
    response.headers["Content-Disposition"] = dump_options_header("attachment", file_answers.saved_as(name))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    response.set_etag(pdfs.key_of(html, css))
    return response.make_conditional(request.environ)


def _no_pdf(why: str, print_href: str) -> ResponseReturnValue:
    what = {
        "missing": (501, _("この機械には、PDFを作るための部品が入っていません。")),
        "busy": (503, _("いま、ほかのPDFを作っています。少し待つと作れます。")),
        "much": (503, _("長すぎて、決められた時間と大きさの中では作れませんでした。資料を減らすと作れます。")),
    }
    status, said = what[why]
    return web.explained(
        status,
        _("PDFを作れませんでした"),
        said,
        _("同じ内容のページを開いて、ブラウザの印刷から紙やPDFにすることもできます。"),
        (_("印刷用のページを開く"), print_href),
        (_("資料室へ"), "/library"),
    )
