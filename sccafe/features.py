"""The features, from the ground floor up: their pages, their handlers of events and their jobs."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from sccafe.accounts import sessions

#: In the order of the floors.
FEATURES = (
    *("accounts", "boards", "bookmarks", "prompts", "library", "counseling"),
    *("moderation", "notifications", "search", "site"),
)


def init_app(app: Flask) -> None:
    """Load every feature's rooms and register its blueprint, which is named `pages` in views.py."""
    sessions.init_app(app)
    for feature in FEATURES:
        for room in ("models", "handlers", "jobs", "checks"):
            if find_spec(f"sccafe.{feature}.{room}"):
                import_module(f"sccafe.{feature}.{room}")
    for feature in FEATURES:
        if find_spec(f"sccafe.{feature}.views"):
            app.register_blueprint(import_module(f"sccafe.{feature}.views").pages)
