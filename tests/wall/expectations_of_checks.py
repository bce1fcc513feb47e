"""What comes out of the pages of the library, and what comes of its forms: its share of the expectation table."""

from sccafe.core.audience import AUDIENCES
from tests.wall.answers import (
    EVERYONE,
    IN,
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
    leads,
    page,
    sees,
)

#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = []
FORMS: list[Row] = []

# --- staying true, and being told -----------------------------------------------------------------------

#: Told to the one who handed everything in and owns it: why it was archived, and what a mail about each says.
TOLD_TO_WRITER = (
    *(f"item-{name}" for name in (*AUDIENCES, "archived", "changing", "returned", "talked")),
    "why-archived",
)
MAILED_TO_WRITER = (*TOLD_TO_WRITER, "itemsummary-members", "note-returned")
#: What waits for the secretariat.
TOLD_TO_DESK = ("item-submitted", "item-review", "item-changing", "item-experts")

_DEAD = (EVERYONE, Answer(410))
_TO_CHECK = ("item-members", "itemsummary-members")
_CHECK_EXPERTS = sees("item-experts", "itemsummary-experts", "worknote-experts")

ROWS += [
    page("/library/check/{token_check_writer}", (EVERYONE, sees(*_TO_CHECK))),
    page("/library/check/{token_check_former}", _DEAD),
    page("/library/check/{token_answer_member}", _DEAD),
    page("/library/check/wrong", _DEAD),
    page(
        "/library/{item_public}/check",
        (OUT, SIGN_IN_FIRST),
        (IN, REFUSED),
        (("writer", *STAFF), sees("item-public", "itemsummary-public")),
    ),
    page("/library/{item_experts}/check", ("expert", REFUSED), (("writer", *STAFF), _CHECK_EXPERTS)),
    *(page(f"/library/{{item_{name}}}/check") for name in ("draft", "submitted", "archived")),
    page("/library/999999/check"),
    page("/library/desk/checks", (STAFF, sees("item-members", "item-experts", "worknote-experts"))),
    *(
        page(
            f"/library/{{item_{name}}}/owner",
            (READERS[name], REFUSED),
            *([(OUT, SIGN_IN_FIRST)] if name == "public" else []),
            (STAFF, sees(f"item-{name}")),
        )
        for name in AUDIENCES
    ),
    page("/library/{item_draft}/owner", (STAFF, sees("item-draft"))),
    page("/library/999999/owner"),
    page("/notifications/{notice_check}", (OUT, SIGN_IN_FIRST), ("writer", leads("/library/{item_members}/check"))),
    page("/notifications/{notice_returned}", (OUT, SIGN_IN_FIRST), ("writer", leads("/library/{item_returned}"))),
    page("/notifications/{notice_submitted}", (OUT, SIGN_IN_FIRST), ("secretariat", leads("/library/desk/"))),
    page("/notifications/{notice_work}", (OUT, SIGN_IN_FIRST), ("secretariat", leads("/library/desk/checks"))),
    page("/notifications/{notice_put_away}", (OUT, SIGN_IN_FIRST), ("writer", sees("item-archived", "why-archived"))),
]
FORMS += [
    *(
        form("/library/check/{token_check_writer}", fields, (EVERYONE, done("/library/check/")))
        for fields in ({"do": "right"}, {"do": "work", "note": "ここに書いたこと"})
    ),
    form("/library/check/{token_check_writer}", {"note": "長い" * 200}, (EVERYONE, sees(*_TO_CHECK, status=422))),
    form("/library/check/{token_check_former}", {"do": "right"}, _DEAD),
    form("/library/check/wrong", {"do": "right"}, _DEAD),
    form(
        "/library/{item_public}/check",
        {"do": "right"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, REFUSED),
        (("writer", *STAFF), done("/library/{item_public}")),
    ),
    form(
        "/library/{item_experts}/check",
        {"do": "work"},
        ("expert", REFUSED),
        (("writer", *STAFF), done("/library/{item_experts}")),
    ),
    *(form(f"/library/{{item_{name}}}/check", {"do": "right"}) for name in ("draft", "submitted", "archived")),
    form("/library/999999/check", {"do": "right"}),
    *(
        form(
            f"/library/{{item_{name}}}/owner",
            {"handle": "にわし", "successor": ""},
            (READERS[name], REFUSED),
            *([(OUT, SIGN_IN_TO_SEND)] if name == "public" else []),
            (STAFF, done("/library/desk/checks")),
        )
        for name in AUDIENCES
    ),
    form(
        "/library/{item_public}/owner",
        {"handle": "だれでもない"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, REFUSED),
        (STAFF, sees("item-public", status=422)),
    ),
    form("/library/999999/owner", {"handle": "にわし"}),
]
