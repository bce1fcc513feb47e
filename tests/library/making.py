"""Many items at once, written straight into the tables as the service would leave them."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, insert

from sccafe.core import markup, taxonomy
from sccafe.library import sheet
from sccafe.library.models import Item, Version

#: Of 100 items on the shelf, so many have this kind; this audience.
KINDS = {"case": 55, "material": 25, "video": 8, "tool": 7, "qa": 5}
AUDIENCES = {"public": 80, "network": 4, "members": 10, "experts": 2, "industry": 2, "staff": 2}
_BEGIN = datetime(2022, 4, 1, tzinfo=UTC)
ROWS = 2_000


def _weighed(random: Random, shares: dict[str, int]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


def _some(random: Random, name: str, most: int) -> list[str]:
    """Up to so many of a list, its first entries more often: some themes are on everybody's mind."""
    keys = [option.key for option in taxonomy.options(name)]
    weights = [1 / (place + 2) for place in range(len(keys))]
    return list(dict.fromkeys(random.choices(keys, weights, k=random.randint(0, most))))


def said(random: Random, title: str, bodies: list[str]) -> dict[str, Any]:
    """The sheet of an item that could stand on a shelf; a case has four texts, everything else one."""
    kind, body = _weighed(random, KINDS), random.choice(bodies)
    values: dict[str, Any] = {
        "kind": kind,
        "title": title,
        "summary": body[:80],
        "body": body,
        "collection": random.choice(taxonomy.options("library_collection")).key,
        "themes": _some(random, "theme", 4),
        "functions": _some(random, "sc_function", 2),
        "sources": [{"author": "社会福祉協議会", "title": "地域の報告", "year": random.randint(2012, 2026)}],
    }
    if random.random() < 0.7:
        values["stage"] = random.choice(taxonomy.options("stage")).key
    if kind == "case":
        town = random.choice(tuple(taxonomy.municipalities().values()))
        values |= {"municipality": town.code, "prefecture": town.prefecture_code}
        values["population"] = random.choice(taxonomy.options("population_band")).key
        values["partners"] = _some(random, "partner", 5)
        values |= {part: random.choice(bodies) for part in ("began", "failed", "lessons")}
    return values


def item_row(random: Random, item_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """An item's row on the shelf; in 20 one is being worked on still and stands on none."""
    is_shown, audience = random.random() < 0.95, _weighed(random, AUDIENCES)
    published_at = _BEGIN + timedelta(minutes=30 * item_id)
    checked_on = date(2023, 1, 1) + timedelta(days=random.randint(0, 1300))
    return {
        "id": item_id,
        "audience": audience if is_shown else "staff",
        "shown_to": audience,
        **{name: values.get(name, "") for name in ("kind", "title", "summary", "collection")},
        **{name: values.get(name, "") for name in ("prefecture", "municipality", "population")},
        "tags": sheet.tags_of(values) if is_shown else "",
        "revision": item_id,
        "published_id": item_id if is_shown else None,
        "open_id": None if is_shown else item_id,
        "last_number": 1,
        "checked_on": checked_on,
        "due_on": checked_on + timedelta(days=365),
        "needs_work": False,
        "created_at": published_at,
        "published_at": published_at if is_shown else None,
        "archived_reason": "",
        "view_count": 0,
        "download_count": 0,
        "use_count": int(random.paretovariate(1.1)) - 1,
        "report_count": 0,
        "report_well_count": 0,
    }


def version_row(item: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The item's only version, published or begun; of its texts nothing is rendered."""
    return {
        "id": item["id"],
        "item_id": item["id"],
        "number": 1,
        "state": "published" if item["published_id"] else "draft",
        "sheet": values,
        "html": {},
        "renderer": markup.RENDERER_VERSION,
        "saved": 1,
        "note": "",
        "created_at": item["created_at"],
        "saved_at": item["created_at"],
        "published_at": item["published_at"],
    }


def make(connection: Connection, random: Random, count: int, bodies: list[str], first: int = 1) -> None:
    """So many items with a version each, inside the caller's transaction; found by words they are after `reindex`."""
    items: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    for item_id in range(first, first + count):
        values = said(random, f"{random.choice(bodies)[:30]} {item_id}", bodies)
        items.append(item_row(random, item_id, values))
        versions.append(version_row(items[-1], values))
        if len(items) == ROWS or item_id == first + count - 1:
            connection.execute(insert(Item.__table__), items)  # type: ignore[arg-type]
            connection.execute(insert(Version.__table__), versions)  # type: ignore[arg-type]
            items, versions = [], []
