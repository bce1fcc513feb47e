"""The HTML of what is said in a request: made once, when it is written, and sealed beside the text.

The renderer's version stands before it. HTML of another version is not shown: the text is rendered at the look then, as
nobody can go through sealed texts after a change of the renderer.
"""

from typing import Final

from markupsafe import Markup, escape

from sccafe.core import markup
from sccafe.core.text_rules import TextRefused
from sccafe.counseling.sealing import Seal

_VERSION: Final = f"{markup.RENDERER_VERSION}\n"


def prepared(source: str) -> str:
    """What is sealed beside a text. Slow for long ones: not inside a transaction."""
    return _VERSION + html_of(source)


def html_of(source: str) -> str:
    """Safe HTML, also of what the rules of texts refuse today: that comes as it was typed."""
    try:
        return markup.render(source)
    except TextRefused:
        return f"<p>{escape(source)}</p>"


def opened(seal: Seal, text: str | None, html: str | None) -> Markup:
    """The HTML of a sealed text; empty once retention took it."""
    if text is None:
        return Markup("")
    known = seal.open(html) if html is not None else ""
    ready = known.removeprefix(_VERSION) if known.startswith(_VERSION) else html_of(seal.open(text))
    return Markup(ready)  # noqa: S704  the renderer's
