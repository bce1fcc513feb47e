"""Feeds in Atom, whatever they are about: features say what stands in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from sccafe.core import clock

_ATOM = "http://www.w3.org/2005/Atom"
#: What XML cannot hold, whoever wrote it.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: How long a reader may take a feed for unchanged that asks by time alone. What is hidden or deleted leaves the feed
#: without a time of its own: whoever asks by ETag is told at once, everybody else by the next quarter of an hour.
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Head:
    """What a feed says of itself; `updated` is for a feed without entries."""

    address: str
    page: str
    title: str
    subtitle: str
    updated: datetime


@dataclass(frozen=True)
class Entry:
    """One thing in a feed, named by its page; `author` is empty where nobody is to be named."""

    address: str
    title: str
    published: datetime
    updated: datetime
    author: str
    category: str
    #: Safe already.
    html: str


def feed(head: Head, entries: Iterable[Entry], base: str, site: str) -> tuple[bytes, datetime]:
    """The feed, and when something in it last changed; addresses are completed with `base`."""
    entries = list(entries)
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "ja", "xml:base": f"{base}/"})
    updated = max((entry.updated for entry in entries), default=head.updated)
    _add(root, "id", base + head.address)
    _add(root, "title", f"{head.title} - {site}")
    if head.subtitle:
        _add(root, "subtitle", head.subtitle)
    _add(root, "updated", _time(updated))
    _add(ET.SubElement(root, "author"), "name", site)
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": base + head.address})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": base + head.page})
    for entry in entries:
        _add_entry(root, entry, base)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True), updated


def _add_entry(root: ET.Element, entry: Entry, base: str) -> None:
    made = ET.SubElement(root, "entry")
    _add(made, "id", base + entry.address)
    _add(made, "title", entry.title)
    _add(made, "published", _time(entry.published))
    _add(made, "updated", _time(entry.updated))
    if entry.author:
        _add(ET.SubElement(made, "author"), "name", entry.author)
    ET.SubElement(made, "link", {"rel": "alternate", "type": "text/html", "href": base + entry.address})
    ET.SubElement(made, "category", {"term": _clean(entry.category)})
    _add(made, "content", entry.html).set("type", "html")


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _clean(text)
    return child


def answer(body: bytes, updated: datetime) -> BaseResponse:
    """The answer with a feed; nothing but 304 where the reader has it already. A feed is the same for everybody."""
    response = Response(body, mimetype="application/atom+xml")
    response.add_etag()
    response.last_modified = max(updated, _quarter(clock.now()))
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response.make_conditional(request)


def _quarter(now: datetime) -> datetime:
    """When the present quarter of an hour began."""
    return now - timedelta(seconds=now.timestamp() % _QUARTER.total_seconds())
