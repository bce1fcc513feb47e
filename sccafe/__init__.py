"""SC Café: the application."""

from datetime import timedelta
from pathlib import Path

from flask import Flask, session
from werkzeug.middleware.proxy_fix import ProxyFix

from sccafe import settings as settings_module
from sccafe.core import assets, database, files, fragments, keys, language, mail, web
from sccafe.extensions import babel, csrf, limiter
from sccafe.settings import Settings

LOCALES = ("ja", "en")


def beside(name: str) -> Path:
    """A folder that the wheel carries inside the package and a checkout has beside it."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


def locale() -> str:
    """The reader's language: as chosen in this browser, else as in the profile, else Japanese."""
    from sccafe.accounts.sessions import viewer

    chosen = session.get("locale") or ("" if web.without_database() else viewer().locale)
    return chosen if chosen in LOCALES else "ja"


def create_app(settings: Settings | None = None) -> Flask:
    """The whole site for these settings, or for those of the environment; raises SettingsError."""
    settings = settings or settings_module.read()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask(__name__, static_folder=None, template_folder=str(beside("templates")))
    app.config.update(
        SETTINGS=settings,
        SQLALCHEMY_DATABASE_URI=database.address(settings.database_url, settings.database_file),
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings.database_file),
        SESSION_COOKIE_NAME="sccafe",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        WTF_I18N_ENABLED=False,  # every message is our own; it would read its catalogue anew for every form
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch is still good
        WTF_CSRF_SSL_STRICT=False,  # strict filters strip the Referer; the token is the proof
        MAX_CONTENT_LENGTH=settings.max_body_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        MIGRATIONS=str(beside("migrations")),
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
    )
    app.jinja_environment = fragments.Templates
    app.session_interface = web.Sessions()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    fragments.init_app(app)

    keys.init_app(app, settings.data / "keys", settings.secret_key, settings.encryption_keys)
    files.init_app(app, settings)
    mail.init_app(app, settings)
    database.db.init_app(app)
    babel.init_app(app, locale_selector=locale)
    language.init_app(app)
    web.init_app(app)  # before the others: what cannot be read is refused first
    csrf.init_app(app)
    limiter.init_app(app)

    from sccafe import features

    features.init_app(app)

    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    assets.init_app(app, beside("static"))
    app.wsgi_app = web.SecurityHeaders(app.wsgi_app, settings.secure_cookies)  # type: ignore[method-assign]
    return app
