"""The Flask extensions, unbound; the database is in core/database.py, its migrations in core/migrations.py."""

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from sccafe.connections import line

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()


def _who() -> str:
    """Floods are counted per account; only visitors are counted by their connection."""
    return f"user:{current_user.user_id}" if current_user.signed_in else f"address:{line(get_remote_address())}"


limiter = Limiter(key_func=_who, headers_enabled=False)


@limiter.request_filter
def _reads() -> bool:
    """Reading is never limited."""
    return request.method in ("GET", "HEAD")
