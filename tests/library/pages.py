"""What tests do with the pages on the way to the shelf."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.core.database import db, end_reading
from sccafe.library.models import Item, Version
from tests import factories


def words_of(response: TestResponse) -> str:
    """The page without its marks."""
    return html.unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def fields_of(client: FlaskClient, item_id: int, **changed: Any) -> dict[str, Any]:
    """All that a browser sends from the page of the sheet, with some of it changed."""
    return fields_in(client.get(f"/library/{item_id}/edit").get_data(as_text=True)) | changed


def fields_in(page: str) -> dict[str, Any]:
    """The fields of the form of the sheet on a page, as they are filled in."""
    page = page[page.index('<form id="sheet"') :]
    page = page[: page.index("</form>")]
    found: dict[str, Any] = {}

    def add(name: str, value: str) -> None:
        found.setdefault(name, []).append(html.unescape(value))

    for tag in re.finditer(r"<(input|textarea|select)\b([^>]*)>", page):
        kind, attributes = tag[1], dict(re.findall(r'([\w-]+)="([^"]*)"', tag[2]))
        name = attributes.get("name", "")
        if not name or attributes.get("type") == "file":
            continue
        if kind == "textarea":
            add(name, page[tag.end() : page.index("</textarea>", tag.end())].removeprefix("\n"))
        elif kind == "select":
            options = page[tag.end() : page.index("</select>", tag.end())]
            chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
            add(name, chosen[1] if chosen else "")
        elif attributes.get("type") != "checkbox" or " checked" in tag[2]:
            add(name, attributes.get("value", ""))
    return found


def press(client: FlaskClient, address: str, page: str = "/library/mine", **fields: Any) -> TestResponse:
    """Send a small form."""
    return client.post(address, data=factories.form(client, page, **fields))


def state_of(item_id: int) -> str | None:
    """Of the open version."""
    found = db.session.scalar(select(Version.state).join(Item, Item.open_id == Version.id).where(Item.id == item_id))
    end_reading()
    return found


def said_in(item_id: int) -> dict[str, Any]:
    """The sheet of the open version, or else of the one on the shelf."""
    found = db.session.scalar(
        select(Version.sheet)
        .join(Item, Item.id == Version.item_id)
        .where(Item.id == item_id, Version.id.in_((Item.open_id, Item.published_id)))
        .order_by(Version.number.desc())
    )
    end_reading()
    assert found is not None
    return dict(found)
