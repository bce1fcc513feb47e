"""What comes of the pages of an item, for everyone who looks: its share of the expectation table."""

from collections.abc import Iterable
from dataclasses import replace

from sccafe.core.audience import AUDIENCES
from tests.wall.answers import (
    EVERYONE,
    IN,
    MEMBERS,
    OUT,
    READERS,
    REFUSED,
    SIGN_IN_FIRST,
    SIGN_IN_TO_SEND,
    STAFF,
    Answer,
    Row,
    done,
    form,
    page,
    sees,
)
from tests.wall.expectations_of_finding import shelf

# --- an item, and what readers do with it ---------------------------------------------------------------

#: Parts of a report, as its page shows them.
_TOLD = ("report", "reportplace", "reportchange", "reportcost")


def _item(name: str) -> Answer:
    """All that stands on an item's page."""
    parts = ("item", "itemsummary", "itembody", "itemsource", "itemfile", *(["itempdf"] if name == "members" else []))
    return sees(*(f"{part}-{name}" for part in parts), *_reports(name))


def _seen(name: str, readers: Iterable[str], answer: Answer | None = None) -> list[tuple[str, Answer]]:
    """An item's page for each of these: beside it stand the titles of others that they may read."""
    return [(viewer, (answer or _item(name)).with_(may=shelf(viewer, "item").must)) for viewer in readers]


def _reports(name: str) -> list[str]:
    return [f"{part}-{name}" for part in _TOLD] if name in ("public", "members") else []


#: The writer, who owns all of them, is shown the title of what they cannot read or nobody reads yet.
_OWN = {
    audience: [("writer", sees(f"item-{audience}"))] if "writer" not in READERS[audience] else []
    for audience in AUDIENCES
}
_HIDDEN = (*(f"{part}-hidden" for part in _TOLD), "why-report")
#: The form that begins to talk about it says on which board.
_TALK = ("place-exchange",)
_NEXT = sees("item-changing", "itemsummary-changing", "itembody-changing", "itemsource-changing", "itemfile-changing")

_ITEMS = [
    *(
        page(f"/library/{{item_{each}}}", *_seen(each, READERS[each]), *_OWN[each])
        for each in AUDIENCES
        if each != "public"
    ),
    page(
        "/library/{item_public}",
        *_seen("public", EVERYONE),
        *_seen("public", MEMBERS, _item("public").with_(*_TALK)),
        *_seen("public", ["newcomer", *STAFF], _item("public").with_(*_HIDDEN, *_TALK)),
    ),
    # Its topic is the members' own: the page leads nobody else there, and shows nothing of it to anybody.
    page("/library/{item_talked}", *_seen("talked", EVERYONE)),
    page("/topics/{topic_talked}", (MEMBERS, sees("place-members", "talk-post"))),
    page(
        "/library/{item_changing}",
        *_seen("changing", EVERYONE, _NEXT),
        *_seen("changing", MEMBERS, _NEXT.with_(*_TALK)),
    ),
    *(
        page(f"/library/{{item_{state}}}", (["writer", *STAFF], sees(f"item-{state}")))
        for state in ("draft", "submitted", "review", "returned")
    ),
    page("/library/{item_archived}", (["writer", *STAFF], sees("item-archived", "why-archived"))),
    page("/library/999999"),
    *(
        page(f"/library/{{item_{each}}}.{form}", (READERS[each], sees(*shown)))
        for each in AUDIENCES
        for form, shown in (
            ("bib", [f"item-{each}", f"itemsource-{each}"]),
            ("json", [f"{part}-{each}" for part in ("item", "itemsummary", "itembody", "itemsource")]),
        )
    ),
    *(
        page(f"/library/{{item_{state}}}.{form}")
        for state in ("draft", "submitted", "review", "returned", "archived")
        for form in ("bib", "json")
    ),
    page("/library/999999.bib"),
    page("/library/999999.json"),
    *(
        page(
            f"/library/{{item_{each}}}/report",
            (READERS[each], sees(f"item-{each}")),
            *([(OUT, SIGN_IN_FIRST)] if each == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[each] else []),
            *([("member", sees(f"item-{each}", *_reports(each)))] if each in ("public", "members") else []),
            *([("newcomer", sees("item-public", *_HIDDEN))] if each == "public" else []),
        )
        for each in AUDIENCES
    ),
    *(page(f"/library/{{item_{state}}}/report") for state in ("draft", "archived")),
    page("/library/999999/report"),
    page(
        "/library/reports/{told_hidden}/hide",
        (STAFF, sees("item-public", "report-hidden", "reportplace-hidden", "why-report")),
    ),
    page(
        "/library/reports/{told_members}/hide", (STAFF, sees("item-members", "report-members", "reportplace-members"))
    ),
    page("/library/reports/999999/hide"),
    # As a visitor reads, whoever asks.
    page(
        "/feeds/library.atom",
        (
            EVERYONE,
            sees(
                *(
                    f"{part}-{each}"
                    for each in ("public", "changing", "talked")
                    for part in ("item", "itemsummary", "itembody")
                )
            ),
        ),
    ),
]

_SENT = {"body": "ここに書いた文"}


def _use(name: str) -> Row:
    signed_out = [(OUT, SIGN_IN_TO_SEND)] if name == "public" else []
    return form(f"/library/{{item_{name}}}/use", {}, (READERS[name], done("/library/")), *signed_out)


_ITEM_FORMS = [
    *(_use(each) for each in AUDIENCES),
    form("/library/{item_public}/use", {}, (IN, sees(writes=True)), (OUT, SIGN_IN_TO_SEND), partial=True),
    *(form(f"/library/{{item_{state}}}/use", {}) for state in ("draft", "submitted", "archived")),
    form("/library/999999/use", {}),
    *(
        form(
            f"/library/{{item_{each}}}/report",
            {"outcome": "partly", **_SENT},
            (READERS[each], done("/library/")),
            *([(OUT, SIGN_IN_TO_SEND)] if each == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[each] else []),
        )
        for each in AUDIENCES
    ),
    form(
        "/library/{item_public}/report",
        {"outcome": ""},
        (MEMBERS, sees("item-public", status=422)),
        ("newcomer", sees("item-public", "why-report", status=422)),
        (OUT, SIGN_IN_TO_SEND),
        ("industry", REFUSED),
    ),
    *(form(f"/library/{{item_{state}}}/report", {"outcome": "well"}) for state in ("draft", "archived")),
    form("/library/999999/report", {"outcome": "well"}),
    # Nobody takes back what another has told.
    form(
        "/library/{item_public}/report/delete",
        {},
        (OUT, SIGN_IN_TO_SEND),
        (["member", "newcomer"], done("/library/")),
    ),
    form("/library/{item_members}/report/delete", {}, ("member", done("/library/"))),
    form("/library/999999/report/delete", {}),
    form("/library/reports/{told_public}/hide", {"reason": "理由"}, (STAFF, done("/library/"))),
    form("/library/reports/{told_hidden}/hide", {"do": "show"}, (STAFF, done("/library/"))),
    form(
        "/library/reports/{told_members}/hide",
        {"reason": ""},
        (STAFF, sees("item-members", "report-members", "reportplace-members", status=422)),
    ),
    form("/library/reports/999999/hide", {"reason": "理由"}),
    form(
        "/library/{item_public}/talk",
        _SENT,
        (MEMBERS, done("/posts/")),
        ("newcomer", done("/topics/")),
        (OUT, SIGN_IN_TO_SEND),
        ("industry", REFUSED),
    ),
    # Everybody reads the board, and only these the item.
    *(
        form(f"/library/{{item_{each}}}/talk", _SENT, (READERS[each], REFUSED))
        for each in AUDIENCES
        if each != "public"
    ),
    # It is talked about already: to members their words become a reply, to others there is no such place.
    form(
        "/library/{item_talked}/talk",
        _SENT,
        (OUT, SIGN_IN_TO_SEND),
        (MEMBERS, done("/posts/")),
        ("newcomer", done("/topics/")),
    ),
    form(
        "/library/{item_public}/talk",
        {"body": ""},
        *_seen("public", MEMBERS, replace(_item("public").with_(*_TALK), status=422)),
        *_seen("public", ["newcomer", *STAFF], replace(_item("public").with_(*_HIDDEN, *_TALK), status=422)),
        (OUT, SIGN_IN_TO_SEND),
        ("industry", REFUSED),
    ),
    *(form(f"/library/{{item_{state}}}/talk", _SENT) for state in ("draft", "archived")),
    form("/library/999999/talk", _SENT),
]

#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = [*_ITEMS]
FORMS: list[Row] = [*_ITEM_FORMS]
