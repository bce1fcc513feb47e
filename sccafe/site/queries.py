"""Reads of the site's own pages."""

from datetime import datetime
from importlib.resources import files

from sqlalchemy import select, text

from sccafe.boards.models import Board, Topic
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.site.models import SitePage


def page(slug: str, locale: str) -> tuple[str, str, datetime] | None:
    """Source, HTML and time of the last edit; None while nobody has edited the page."""
    row = db.session.execute(
        select(SitePage.source, SitePage.html, SitePage.edited_at).where(
            SitePage.slug == slug, SitePage.locale == locale
        )
    ).first()
    return (row.source, row.html, row.edited_at) if row else None


def supplied_page(slug: str, locale: str) -> str:
    """The Markdown that the site comes with."""
    return (files("sccafe") / "data" / "pages" / f"{slug}.{locale}.md").read_text(encoding="utf-8")


def addresses(viewer: Viewer, limit: int) -> tuple[list[str], list[tuple[int, datetime]]]:
    """For the sitemap: the boards' slugs and the newest topics (id, last post) that this viewer may read."""
    boards = db.session.scalars(select(Board.slug).where(readable(Board.audience, viewer), Board.archived.is_(False)))
    topics = db.session.execute(
        select(Topic.id, Topic.last_post_at)
        .where(readable(Topic.audience, viewer))
        .order_by(Topic.last_post_at.desc())
        .limit(limit)
    )
    return list(boards), [(row.id, row.last_post_at) for row in topics]


def ask() -> None:
    """Ask the database anything at all; raises OperationalError where it does not answer."""
    db.session.execute(text("SELECT 1"))
