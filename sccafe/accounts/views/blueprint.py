"""The blueprint, and what its views share."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from sccafe.accounts.forms.base import Form
from sccafe.accounts.sessions import viewer
from sccafe.connections import line
from sccafe.extensions import limiter

pages = Blueprint("accounts", __name__)


def _flood() -> str:
    return "20/hour" if viewer().signed_in else "200/hour"


#: Against floods; generous for visitors, as a whole city hall sits behind one address.
NOT_A_FLOOD = limiter.limit(_flood, methods=["POST"])


def locale() -> str:
    return str(get_locale())


def network() -> str:
    """What the tries of one network are counted by."""
    return line(request.remote_addr or "")


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A page of accounts; where a form of it was refused, 422."""
    forms = [value for value in values.values() if isinstance(value, Form)]
    if status == 200 and any(form.errors for form in forms):
        status = 422
    return render_template(f"{template}.html", **values), status


def private_page(template: str, status: int = 200, **values: Any) -> ResponseReturnValue:
    """A page whose address is a secret: kept by nobody, found by no search engine."""
    body, status = page(template, status, **values)
    return body, status, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def try_again_in(minutes: int) -> str:
    """What to say when the tries are used up."""
    if minutes >= 60:
        return str(_("続けて入力されたため、いったん止めました。1時間たつと、またお試しいただけます。"))
    return str(
        _("続けて入力されたため、いったん止めました。%(minutes)s分たつと、またお試しいただけます。", minutes=minutes)
    )
