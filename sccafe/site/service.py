"""Every write of the site's own pages and settings."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sccafe.boards.service import Text
from sccafe.core import clock, site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import writing
from sccafe.core.events import emit
from sccafe.moderation.erasing import holds_text
from sccafe.site import policy
from sccafe.site.events import PageEdited, SettingsChanged
from sccafe.site.models import SitePage

#: Pages the secretariat edits.
PAGES = ("about", "terms", "privacy", "contact")

holds_text(_l("固定のページ"), SitePage.source, SitePage.html)

DEMO_LOADED = site_settings.declare("demo_loaded", False, choices=(True, False))


class MayNotManage(PermissionError):
    """Only the secretariat looks after pages, only an administrator after settings."""


def edit_page(viewer: Viewer, slug: str, locale: str, text: Text) -> None:
    """Replace a page's text in one language."""
    if not policy.may_edit_pages(viewer):
        raise MayNotManage
    with writing() as session:
        page = session.execute(
            select(SitePage).where(SitePage.slug == slug, SitePage.locale == locale)
        ).scalar_one_or_none() or SitePage(slug=slug, locale=locale)
        page.source, page.html = text.source, text.html
        page.edited_at, page.edited_by = clock.now(), viewer.user_id
        session.add(page)
        emit(PageEdited(slug, locale, viewer.user_id))


def change_settings(viewer: Viewer, values: dict[str, Any]) -> None:
    """Set what the secretariat can set; raises ValueError for a value that is not allowed."""
    if not policy.may_change_settings(viewer):
        raise MayNotManage
    with writing():
        changed = []
        for key, value in values.items():
            setting = site_settings.declared[key]
            if site_settings.get(setting) != value:
                site_settings.put(setting, value)
                changed.append((key, value))
        if changed:
            emit(SettingsChanged(tuple(changed), viewer.user_id))
