"""What comes of the pages on which items are made, looked at and published: their share of the expectation table."""

from sccafe.core.audience import AUDIENCES
from tests.wall.answers import (
    IN,
    MEMBERS,
    NOTHING,
    OUT,
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

# --- from hand-in to shelf: an item's own people, here `writer`, and the secretariat -----------------------

#: In every state that the world has; `changing` is on the shelf while its next version waits.
NAMES = (*AUDIENCES, "draft", "submitted", "review", "returned", "archived", "changing", "talked")
WORKERS = ("writer", *STAFF)
_NEXT = ("item-next", "itembody-next", "itemsummary-changing", "itemsource-changing", "itemfile-changing")
_BESIDE = {"review": ("comment-review",), "returned": ("note-returned",), "archived": ("why-archived",)}


def _whole(name: str) -> tuple[str, ...]:
    """All that the sheet of an item says."""
    return tuple(f"{part}-{name}" for part in ("item", "itembody", "itemsummary", "itemsource", "itemfile"))


def _worked_on(name: str) -> Answer:
    """What is worked on: the open version with what was said of it."""
    pdf = ["itempdf-members"] if name == "members" else []
    return sees(*(_NEXT if name == "changing" else _whole(name)), *pdf, *_BESIDE.get(name, ()))


#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = [
    page("/library/new", (OUT, SIGN_IN_FIRST), (MEMBERS, NOTHING), ("industry", REFUSED)),
    page("/library/mine", (OUT, SIGN_IN_FIRST), (IN, NOTHING), ("writer", sees(*(f"item-{name}" for name in NAMES)))),
    *(page(f"/library/{{item_{name}}}/edit", (OUT, SIGN_IN_FIRST), (WORKERS, _worked_on(name))) for name in NAMES),
    page("/library/desk", (STAFF, sees("item-submitted", "item-review", "item-changing"))),
    page("/library/desk/off-shelf", (STAFF, sees("item-draft", "item-returned", "item-archived"))),
    *(page(f"/library/desk/{{item_{name}}}", (STAFF, _worked_on(name))) for name in NAMES),
    page("/library/{item_draft}/versions", (OUT, SIGN_IN_FIRST), (WORKERS, sees("item-draft"))),
    page("/library/{item_changing}/versions", (OUT, SIGN_IN_FIRST), (WORKERS, sees("item-changing", "item-next"))),
    page("/library/{item_members}/versions/1", (OUT, SIGN_IN_FIRST), (WORKERS, sees(*_whole("members")))),
    page("/library/{item_changing}/versions/2", (OUT, SIGN_IN_FIRST), (WORKERS, sees(*_NEXT))),
    page(
        "/library/{item_changing}/versions/2?with=1",
        (OUT, SIGN_IN_FIRST),
        # What is the same in both is not repeated.
        (WORKERS, sees("item-changing", "item-next", "itembody-changing", "itembody-next")),
    ),
    page("/library/{item_draft}/versions/9", (OUT, SIGN_IN_FIRST)),
]

_SHEET = {"title": "ここに書いた題", "body": "ここに書いた文", "seen": "1"}

FORMS: list[Row] = [
    form(
        "/library/new",
        {"title": "ここに書いた題", "body": "ここに書いた文"},
        (OUT, SIGN_IN_TO_SEND),
        (MEMBERS, done()),
        ("industry", REFUSED),
    ),
    form(
        "/library/{item_draft}/edit",
        {**_SHEET, "version": "{version_draft}"},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", done("/library/{item_draft}/edit")),
        (STAFF, done("/library/desk/{item_draft}")),
    ),
    form("/library/{item_draft}/submit", {}, (OUT, SIGN_IN_TO_SEND), (WORKERS, done())),
    form("/library/{item_submitted}/take-back", {}, (OUT, SIGN_IN_TO_SEND), ("writer", done()), (STAFF, REFUSED)),
    form("/library/{item_submitted}/take", {}, (OUT, SIGN_IN_TO_SEND), ("writer", REFUSED), (STAFF, done())),
    form(
        "/library/{item_submitted}/send-back",
        {"note": "ここに書いた言葉"},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        (STAFF, done()),
    ),
    form(
        "/library/{item_submitted}/publish",
        {"audience": "public", "version": "{version_submitted}", "seen": "1"},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        (STAFF, done()),
    ),
    form(
        "/library/{item_public}/audience",
        {"audience": "members"},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        (STAFF, done()),
    ),
    form(
        "/library/{item_public}/archive",
        {"reason": "ここに書いた理由"},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        (STAFF, done()),
    ),
    form("/library/{item_archived}/put-back", {}, (OUT, SIGN_IN_TO_SEND), ("writer", REFUSED), (STAFF, done())),
    form(
        "/library/{item_review}/comment",
        {"part": "body", "text": "ここに書いた言葉"},
        (OUT, SIGN_IN_TO_SEND),
        (WORKERS, done()),
    ),
    form("/library/{item_review}/comments/{comment_review}/done", {}, (OUT, SIGN_IN_TO_SEND), (WORKERS, done())),
    # While the secretariat has it, its own people bring nothing back.
    form(
        "/library/{item_changing}/versions/1/restore",
        {},
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        (STAFF, done("/library/{item_changing}/edit")),
    ),
]
