"""How people may join: set by the secretariat."""

from sccafe.core import site_settings

#: open: everybody; approval: the secretariat lets each one in; invitation: only those who were invited.
REGISTRATION_MODE = site_settings.declare("registration_mode", "open", choices=("open", "approval", "invitation"))


def mode() -> str:
    return str(site_settings.get(REGISTRATION_MODE))


def needs_invitation() -> bool:
    return mode() == "invitation"


def needs_approval(invited: bool) -> bool:
    """Whoever was invited has been let in already."""
    return mode() == "approval" and not invited
