"""SudachiPy's normal form of a word (付属 for 附属), where it is installed and SCCAFE_SUDACHI says so."""

import importlib
import logging
from functools import cache
from typing import Any

log = logging.getLogger(__name__)

#: What is longer is a text, and no word.
LONGEST = 100


@cache
def _tokenizer() -> Any:
    """SudachiPy's tokenizer with the first dictionary that is there, or None: search goes on without it."""
    try:
        dictionary = importlib.import_module("sudachipy").Dictionary
    except ImportError:
        log.warning("SCCAFE_SUDACHI is on, but SudachiPy is not installed: pip install -r requirements-sudachi.txt")
        return None
    for name in ("small", "core", "full"):
        try:
            return dictionary(dict=name).tokenizer()
        except Exception:  # noqa: S112  the next one may be there; SudachiPy has no error of its own for this
            continue
    log.warning("SudachiPy finds no dictionary: pip install -r requirements-sudachi.txt")
    return None


def normal_form(typed: str) -> str:
    """The word in the forms in which SudachiPy holds its parts; the empty string where there is none."""
    tokenizer = _tokenizer()
    if tokenizer is None or len(typed) > LONGEST:
        return ""
    return "".join(part.normalized_form() for part in tokenizer.tokenize(typed))
