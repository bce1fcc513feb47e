"""What every application of the run would compile anew, and which is the same in all of them: templates and addresses.

`share` lets all applications made afterwards in this process have it from one place. Nothing of what they do changes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class SharedRule(Rule):
    """A rule that builds addresses with the functions of any equal rule: they keep nothing, and are given the rule.

    Compiling them for 170 rules is four fifths of `create_app`.
    """

    _builders: ClassVar[dict[tuple[Any, ...], Builder]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        if self.defaults:  # these are written into the function
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


def share(folder: Path) -> None:
    """Keep compiled templates in this folder, by their content, and the builders of addresses in this process."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    Flask.url_rule_class = SharedRule
