"""Marker texts: each planted thing carries one, and wherever it comes out it is recognised.

A marker is a token of plain letters and digits, so that no escaping, folding or encoding hides it from the search.
"""

import base64
import hashlib
import html
import re
import zlib
from urllib.parse import unquote

from werkzeug.test import TestResponse

_names: dict[str, str] = {}
_TOKEN = re.compile(r"mk[0-9a-f]{10}", re.IGNORECASE)


def token(name: str) -> str:
    """The token of the thing of this name: the same in every run, and part of no other."""
    made = "mk" + hashlib.sha256(name.encode()).hexdigest()[:10]
    assert _names.setdefault(made, name) == name
    return made


def text(name: str) -> str:
    """A text that carries the marker; the token comes first, so that an excerpt has it too."""
    return f"{token(name)} しるし {name}"


#: As JSON and scripts write a character.
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")


def found_in(written: str) -> frozenset[str]:
    """The names of all markers in a text, also where it is escaped, or encoded for an address."""
    seen = html.unescape(unquote(written)) + _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), written)
    return frozenset(_names[each] for each in (match.lower() for match in _TOKEN.findall(seen)) if each in _names)


def _unpacked(cookie: str) -> str:
    """What a signed cookie says: it is signed, not secret."""
    value = cookie.partition("=")[2].split(";")[0]
    is_packed, payload = value.startswith("."), value.lstrip(".").split(".")[0]
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return (zlib.decompress(raw) if is_packed else raw).decode()
    except (ValueError, zlib.error):
        return value


def told_by(response: TestResponse) -> frozenset[str]:
    """The names of all markers that an answer carries: in its body, its headers and its cookies."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    cookies = "\n".join(_unpacked(cookie) for cookie in response.headers.getlist("Set-Cookie"))
    return found_in("\n".join((body_of(response), headers, cookies)))


def body_of(response: TestResponse) -> str:
    """What an answer says, also where it is a picture."""
    return response.get_data().decode(errors="replace")
