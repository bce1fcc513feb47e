"""In which language a request is answered, and its words.

Flask-Babel's own `gettext` looks its language up anew at every call (about 7 µs, a third of a page); here it is looked
up once per request. Code that runs for every row uses these; elsewhere either does.
"""

from typing import Any

from flask import Flask, g
from flask_babel import get_locale, get_translations
from markupsafe import Markup


def locale() -> str:
    """ja or en."""
    try:
        found: str = g.sccafe_locale
    except AttributeError:
        found = g.sccafe_locale = str(get_locale() or "ja")
    return found


def forget() -> None:
    """After the language was changed inside a request, or for a mail in another one."""
    g.pop("sccafe_locale", None)
    g.pop("sccafe_words", None)


def gettext(message: str, **variables: Any) -> str:
    """The message in the request's language, with its variables filled in."""
    try:
        words = g.sccafe_words
    except AttributeError:
        words = g.sccafe_words = get_translations().gettext
    text: str = words(message)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    text: str = get_translations().ngettext(singular, plural, num)
    return text % ({"num": num} | variables)


def _for_templates(message: str, **variables: Any) -> Markup:
    """A message is trusted, its variables are not."""
    text = Markup(gettext(message))  # noqa: S704
    return text % variables if variables else text


def _plural_for_templates(singular: str, plural: str, num: int, **variables: Any) -> Markup:
    text = Markup(get_translations().ngettext(singular, plural, num))  # noqa: S704
    return text % ({"num": num} | variables)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(_=_for_templates, gettext=_for_templates, ngettext=_plural_for_templates)
