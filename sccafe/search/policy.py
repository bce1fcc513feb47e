"""Who may change what is found."""

from sccafe.core.audience import Viewer


def may_keep_spellings(viewer: Viewer) -> bool:
    return viewer.is_staff
