"""The application for gunicorn and `flask`."""

from sccafe import create_app

app = create_app()
