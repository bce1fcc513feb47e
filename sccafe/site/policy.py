"""Who may look after the site's pages and settings."""

from sccafe.core.audience import Viewer


def may_edit_pages(viewer: Viewer) -> bool:
    return viewer.is_staff


def may_change_settings(viewer: Viewer) -> bool:
    return viewer.is_staff
