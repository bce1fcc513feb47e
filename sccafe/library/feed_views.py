"""The feed of the library: what is new on the shelf, as a visitor reads it."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.core import atom, clock, language, taxonomy
from sccafe.core.language import gettext as _
from sccafe.library import item_queries, words
from sccafe.library.blueprint import pages
from sccafe.library.models import KINDS


@pages.get("/feeds/library.atom")
def library_feed() -> ResponseReturnValue:
    """Items that were put on the shelf, anew or in a new version, the newest first."""
    with force_locale("ja"):
        language.forget()
        site, title = _("SCカフェ"), _("事例紹介・お役立ち資料")
        subtitle = _("新しく公開したもの、書き直したもの")
        someone = _("SCカフェ 事務局")
        kinds = {kind: words.kind(kind) for kind in KINDS}
    language.forget()
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    head = atom.Head("/feeds/library.atom", "/library", title, subtitle, today)
    entries = _entries(item_queries.newest(), kinds, someone)
    return atom.answer(*atom.feed(head, entries, current_app.config["SETTINGS"].base_url, site))


def _entries(rows: Sequence[Row[Any]], kinds: dict[str, str], someone: str) -> Iterator[atom.Entry]:
    for row in rows:
        lead = filter(None, (taxonomy.place(row.prefecture, row.municipality), row.summary))
        parts = [Markup("<p>%s</p>") % line for line in lead]
        parts += [Markup(row.html[key]) for key in ("body", "lessons") if row.html.get(key)]  # noqa: S704
        yield atom.Entry(
            address=f"/library/{row.id}",
            title=row.title,
            published=row.published_at,
            updated=row.version_published_at,
            author=row.handle or someone,
            category=kinds[row.kind],
            html=str(Markup("\n").join(parts)),
        )
