"""Bringing stored HTML up to date after the renderer has changed: `sccafe rerender`."""

from html import escape

from sqlalchemy import select, update

from sccafe.boards.models import Post, PostVersion, Topic
from sccafe.core import markup, text_rules
from sccafe.core.database import db, end_reading, writing
from sccafe.library import rerendering as library
from sccafe.search import keeping
from sccafe.site.models import SitePage

BATCH = 200


def rerender() -> int:
    """Render every text again that an older renderer made; gives the number of texts that were written.

    In batches: what is rendered outside a transaction is written only where the text is still the same.
    """
    return _posts() + _others() + library.rerender(_rendered)


def _posts() -> int:
    done, last = 0, 0
    while True:
        old = db.session.execute(
            select(Post.id, Post.source)
            .where(Post.renderer < markup.RENDERER_VERSION, Post.id > last)
            .order_by(Post.id)
            .limit(BATCH)
        ).all()
        if not old:
            end_reading()
            return done
        ids = [row.id for row in old]
        versions = db.session.execute(
            select(PostVersion.id, PostVersion.source).where(PostVersion.post_id.in_(ids))
        ).all()
        end_reading()
        new = [(row.id, row.source, _rendered(row.source)) for row in old]
        new_versions = [(row.id, row.source, _rendered(row.source)) for row in versions]
        with writing() as session:
            for version_id, source, html in new_versions:
                session.execute(
                    update(PostVersion)
                    .where(PostVersion.id == version_id, PostVersion.source == source)
                    .values(html=html)
                )
            for post_id, source, html in new:
                session.execute(
                    update(Post)
                    .where(Post.id == post_id, Post.source == source)
                    .values(html=html, renderer=markup.RENDERER_VERSION)
                )
            keeping.renew(session, "post", ids)
        done += len(old)
        last = ids[-1]


def _others() -> int:
    """Outcomes of meetings and the secretariat's pages: few, so all are rendered and the changed ones written."""
    outcomes = db.session.execute(select(Topic.id, Topic.outcome, Topic.outcome_html).where(Topic.outcome != "")).all()
    pages = db.session.execute(select(SitePage.slug, SitePage.locale, SitePage.source, SitePage.html)).all()
    end_reading()
    done = 0
    for row in outcomes:
        if (html := _rendered(row.outcome)) != row.outcome_html:
            with writing() as session:
                session.execute(
                    update(Topic).where(Topic.id == row.id, Topic.outcome == row.outcome).values(outcome_html=html)
                )
                opening = select(Post.id).where(Post.topic_id == row.id, Post.number == 1)
                keeping.renew(session, "post", session.scalars(opening))
            done += 1
    for page in pages:
        if (html := _rendered(page.source)) != page.html:
            with writing() as session:
                session.execute(
                    update(SitePage)
                    .where(SitePage.slug == page.slug, SitePage.locale == page.locale, SitePage.source == page.source)
                    .values(html=html)
                )
            done += 1
    return done


def _rendered(source: str) -> str:
    try:
        return markup.render(source)
    except text_rules.TextRefused:
        # Written when the rules were wider: better shown as typed than by a renderer that was replaced.
        return f"<pre>{escape(source)}</pre>"
