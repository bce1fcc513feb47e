"""What roles and states are called."""

from flask_babel import gettext

from sccafe.core.audience import ROLES


def _(message: str) -> str:
    return str(gettext(message))


def role_label(role: str) -> str:
    return {
        "member": _("会員"),
        "expert": _("専門家"),
        "industry": _("企業・団体"),
        "secretariat": _("事務局"),
        "admin": _("管理者"),
    }.get(role, "")


def role_labels() -> list[tuple[str, str]]:
    return [(role, role_label(role)) for role in ROLES]


def badge(role: str) -> str:
    """What stands beside a name; nothing for members, and admins are seen as the secretariat that they belong to."""
    if role == "member":
        return ""
    return role_label("secretariat" if role == "admin" else role)


def state_label(state: str) -> str:
    return {
        "unconfirmed": _("メール未確認"),
        "awaiting_approval": _("承認待ち"),
        "active": _("利用中"),
        "suspended": _("停止中"),
    }.get(state, "")
