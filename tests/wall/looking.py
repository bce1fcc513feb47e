"""Opening an address of the table as somebody, and what to look for in any answer."""

import html
import re
from typing import Any
from urllib.parse import quote, quote_plus

from werkzeug.test import TestResponse

from tests.wall.answers import MEMBERS, READERS, STAFF, Row
from tests.wall.markers import body_of, told_by
from tests.wall.stage import Stage
from tests.wall.world import World

#: What a template shows where the code gave it something else than words.
_BROKEN = re.compile(
    r"<module |<function |<bound method|\bobject at 0x|Traceback \(most recent|Undefined|/site-packages/|\{\{|\{%"
)
_LINK = re.compile(r'(?:href|action|hx-get|hx-post)="/(topics|posts)/(\d+)')


def look(
    site: Stage,
    row: Row,
    viewer: str,
    method: str = "",
    headers: dict[str, str] | None = None,
    locale: str = "",
    **fields: str,
) -> TestResponse:
    """The answer to a row of the table, for this viewer; `fields` go before those of the row."""
    sent: dict[str, Any] = {"headers": {"HX-Request": "true"} if row.partial else headers or {}}
    if row.method == "POST":
        sent["data"] = {"csrf_token": site.csrf_token} | {
            name: site.world.address(value) for name, value in row.fields.items()
        }
        sent["data"] |= fields
    return site.browser(viewer, locale).open(site.world.address(row.address), method=method or row.method, **sent)


def wrong_with(response: TestResponse, row: Row, viewer: str, world: World) -> list[str]:
    """What this viewer should not have got, or should have, in words."""
    answer = row.answer_for(viewer)
    must, may = answer.said_to(viewer)
    told, location, to = told_by(response), response.headers.get("Location", ""), world.address(answer.to)
    wrong = []
    if response.status_code != answer.status:
        wrong.append(f"answers {response.status_code}, and should answer {answer.status}")
    elif must - told:
        wrong.append(f"does not show {sorted(must - told)}")
    if beyond := told - may - row.asked_for(world):
        wrong.append(f"shows {sorted(beyond)}, which is not for them")
    if location and not location.startswith(to or "no address"):
        wrong.append(f"leads to {location}" + (f", and should lead to {to}" if to else ""))
    wrong += _links_beyond(response, row, viewer, world) + _inside(response) + _unguarded(response)
    return [f"{viewer}: {each}" for each in wrong]


def _unguarded(response: TestResponse) -> list[str]:
    """Headers that keep an answer from others' eyes and from strange scripts, where they are missing."""
    headers = response.headers
    wrong = []
    if "default-src 'none'" not in headers.get("Content-Security-Policy", "") or "unsafe" in str(headers):
        wrong.append("comes without its content security policy")
    if headers.get("X-Content-Type-Options") != "nosniff" or headers.get("X-Frame-Options") != "DENY":
        wrong.append("may be taken for something else, or shown in a frame")
    kept = headers.get("Cache-Control", "")
    if response.mimetype == "text/html" and not ("private" in kept or "no-store" in kept):
        wrong.append(f"may be kept by others: Cache-Control is {kept!r}")
    if "public" in kept and "Set-Cookie" in headers:
        wrong.append("may be kept by others together with a cookie")
    return wrong


def _inside(response: TestResponse) -> list[str]:
    """Places of a page where the inside of the program shows."""
    if response.mimetype != "text/html":
        return []
    found = _BROKEN.search(html.unescape(response.get_data(as_text=True)))
    return [f"shows the inside of the program: {found[0]}"] if found else []


def _beyond(viewer: str, world: World) -> set[tuple[str, int]]:
    """Topics and posts of which this viewer must not even learn that they exist."""
    closed = {audience for audience in READERS if viewer not in READERS[audience]}
    beyond = {
        f"{kind}_{audience}" for audience in closed for kind in ("topic", "topic_ask", "post", "post_ask", "reply")
    }
    if viewer not in MEMBERS:
        beyond |= {"topic_moved", "post_moved", "reply_moved", "topic_talked", "post_talked"}
        beyond |= {"topic_meeting", "post_meeting", "topic_meeting_over", "post_meeting_over"}
    if viewer not in STAFF:
        beyond |= {"reply_of_hidden_topic"}
        beyond |= {"topic_held", "post_held", "reply_held"} if viewer != "newcomer" else set()
        beyond |= {"topic_hidden", "post_hidden", "topic_deleted", "post_deleted"} if viewer != "writer" else set()
    return {("topics" if name.startswith("topic") else "posts", world.ids[name]) for name in beyond}


def _links_beyond(response: TestResponse, row: Row, viewer: str, world: World) -> list[str]:
    """Links to what this viewer may not open."""
    led_to = {(kind, int(number)) for kind, number in _LINK.findall(body_of(response))}
    # A redirect repeats the number that was asked for.
    led_to -= {(kind, int(number)) for kind, number in re.findall(r"/(topics|posts)/(\d+)", world.address(row.address))}
    return [f"links to /{kind}/{number}" for kind, number in sorted(led_to & _beyond(viewer, world))]


def unlike_nothing(response: TestResponse, site: Stage, row: Row, viewer: str) -> list[str]:
    """How a 404 for what is not for this viewer differs from a 404 for what does not exist."""
    if response.status_code != 404:
        return []
    nothing = Row(row.method, _of_nothing(row.address), {}, row.fields, row.partial)
    known = site.answers_of_nothing.setdefault((viewer, str(nothing)), None)
    if known is None:
        known = site.answers_of_nothing[viewer, str(nothing)] = _plain(look(site, nothing, viewer), nothing, site.world)
    if known == _plain(response, row, site.world):
        return []
    return [f"{viewer}: the 404 differs from the one at {nothing.address}"]


def _of_nothing(address: str) -> str:
    """The same address with the numbers and names of nothing in it."""
    nothing = re.sub(r"/boards/(?:for-\w+|exchange|meetings|archived)", "/boards/nowhere", address)
    nothing = re.sub(r"\{handle_\w+\}|\{token_\w+\}", "nobody", nothing)
    nothing = re.sub(r"\{\w+\}", "999999", nothing)
    if nothing != address:
        return nothing
    # Whatever is asked for there, its headers are those of counseling: no browser keeps it.
    return "/counseling/requests/999999" if address.startswith("/counseling") else "/nowhere"


def _plain(response: TestResponse, row: Row, world: World) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and words of an answer, without the address that was asked for and the form's token."""
    address = world.address(row.address)
    body = re.sub(r'name="csrf_token" value="[^"]*"', "", response.get_data(as_text=True))
    for written in (quote(address, safe=""), quote_plus(address), html.escape(address), address):
        body = body.replace(written, "ADDRESS")
    headers = [(name, value) for name, value in response.headers if name not in ("Date", "Content-Length")]
    return response.status_code, headers, body
