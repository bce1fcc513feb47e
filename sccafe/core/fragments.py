"""What is the same on many pages, made once per process: parts of pages, and the words of lists.

    {% kept 'footer', locale %} … {% endkept %}

A key that holds None is not kept: `{% kept 'top', locale, None if viewer.signed_in else place %}` keeps the visitors'
header and renders everybody else's. What stands inside may depend on nothing but the key.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from sccafe.core.language import locale

#: Keys come from our own templates, in few combinations; this only bounds a mistake.
MOST = 500


class Kept(Extension):
    tags = {"kept"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        key = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            key.append(parser.parse_expression())
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("_kept", [nodes.Tuple(key, "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _kept(self, key: tuple[Any, ...], caller: Callable[[], str]) -> str:
        if None in key:
            return caller()
        kept: dict[tuple[Any, ...], str] = self.environment.__dict__.setdefault("sccafe_kept", {})
        text = kept.get(key)
        if text is None:
            text = caller()
            if len(kept) < MOST:
                kept[key] = text
        return text


def labels(name: str, **same: Any) -> dict[str, Any]:
    """The dict `labels` of templates/macros/<name>.html, translated once per language and once per `same`.

    A page of 25 posts needs some thirty words; looking each up for each page cost a twentieth of the whole.
    """
    kept: dict[tuple[Any, ...], dict[str, Any]] = current_app.extensions.setdefault("sccafe_labels", {})
    key = (name, locale(), *sorted(same.items()))
    if key not in kept:
        module = current_app.jinja_env.get_template(f"macros/{name}.html").make_module(same)
        kept[key] = module.labels  # type: ignore[attr-defined]
    return kept[key]


class Templates(Environment):
    """Every template sees the same globals, so they need no view of their own; looking through one for the imports of
    a page took a twentieth of it."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension(Kept)
    app.add_template_global(labels, "labels")
