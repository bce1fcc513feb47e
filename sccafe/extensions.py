"""The Flask extensions, unbound; the database is in core/database.py."""

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()


def _who() -> str:
    """Floods are counted per account; only visitors are counted by their address."""
    return f"user:{current_user.user_id}" if current_user.signed_in else f"address:{get_remote_address()}"


limiter = Limiter(key_func=_who, headers_enabled=False)


@limiter.request_filter
def _reads() -> bool:
    """Reading is never limited."""
    return request.method in ("GET", "HEAD")
