"""What comes of the files of items, of hand-outs and of selections: their share of the expectation table."""

from sccafe.core.audience import AUDIENCES
from tests.wall.answers import EVERYONE, READERS, STAFF, VIEWERS, Row, done, form, page, sees

#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = []
FORMS: list[Row] = []

# --- files --------------------------------------------------------------------------------------------

#: Whose file -> who reads it. What waits is read by whoever handed it in.
_FILES = {
    **{each: READERS[each] for each in AUDIENCES},
    **dict.fromkeys(("draft", "submitted", "review", "returned", "archived"), ("writer", *STAFF)),
    **dict.fromkeys(("changing", "talked"), EVERYONE),
}

ROWS += [
    *(
        page(
            f"/library/files/{{itemfile_{name}}}/a.txt",
            *[(viewers, sees(f"itemfile-{name}", f"iteminside-{name}")) for viewers in (_FILES[name], ["writer"])],
        )
        for name in _FILES
    ),
    page("/library/files/{itempdf_members}/a.pdf", (READERS["members"], sees("itempdf-members"))),
    page("/library/files/{itempdf_members}/preview", (READERS["members"], sees("itempdf-members", "item-members"))),
    page("/library/files/{itempdf_members}/thumbnail", (READERS["members"], sees())),
    page("/library/files/{itempdf_members}/pages/1.webp", (READERS["members"], sees())),
    page("/library/files/{itempdf_members}/pages/2.webp"),
    page("/library/files/999999/pages/1.webp"),
    # It has no picture, and no pages.
    page("/library/files/{itemfile_public}/thumbnail"),
    page("/library/files/{itemfile_public}/preview"),
    page("/library/files/{itemfile_public}/pages/1.webp"),
    page("/library/files/999999/a.txt"),
    page("/library/files/999999/thumbnail"),
]

# --- hand-outs ----------------------------------------------------------------------------------------


def _leaf(name: str) -> list[str]:
    """What a hand-out shows of an item; the marker of its title stands in a PDF's name too."""
    parts = ("item", "itemsummary", "itembody", "itemsource", "itemfile", *(["itempdf"] if name == "members" else []))
    return [f"{part}-{name}" for part in parts]


def _read_by(viewer: str) -> list[str]:
    return [audience for audience in AUDIENCES if viewer in READERS[audience]]


#: All that is planted, on the shelf and off it.
_ALL = "?items=" + ",".join(f"{{item_{name}}}" for name in _FILES)

ROWS += [
    *(page(f"/library/{{item_{each}}}.pdf", (READERS[each], sees(*_leaf(each)))) for each in AUDIENCES),
    *(page(f"/library/{{item_{each}}}.pdf") for each in ("draft", "submitted", "review", "returned", "archived")),
    # The version on the shelf, and nothing of the one that waits.
    page("/library/{item_changing}.pdf", (EVERYONE, sees(*_leaf("changing")))),
    *(
        page(
            path + _ALL,
            *(
                (viewer, sees(*[part for name in [*_read_by(viewer), "changing", "talked"] for part in _leaf(name)]))
                for viewer in VIEWERS
            ),
        )
        for path in ("/library/handout", "/library/handout.pdf")
    ),
    page("/library/handout?items={item_draft}"),
    page("/library/handout.pdf?items={item_staff}", (STAFF, sees(*_leaf("staff")))),
]

# --- selections ---------------------------------------------------------------------------------------


def _selection(audience: str, viewer: str) -> list[str]:
    """What its page shows: the items that this viewer may read, the others neither shown nor counted."""
    parts = ("item", "itemsummary", "selectionnote")
    items = [f"{part}-{name}" for name in [*_read_by(viewer), "changing", "talked"] for part in parts]
    return [f"selection-{audience}", f"selectiontext-{audience}", *items]


_SELECTION = {"title": "題名", "body": "文", "items": "{item_public} ひとこと", "audience": "public"}
_NOTES = [f"selectionnote-{name}" for name in _FILES]

ROWS += [
    page(
        "/library/selections",
        *(
            (viewer, sees(*[f"{part}-{each}" for each in _read_by(viewer) for part in ("selection", "selectiontext")]))
            for viewer in VIEWERS
        ),
    ),
    *(
        page(
            f"/library/selections/{{selection_{audience}}}",
            *((viewer, sees(*_selection(audience, viewer))) for viewer in READERS[audience]),
        )
        for audience in AUDIENCES
    ),
    page("/library/selections/999999"),
    page("/library/selections/new", (STAFF, sees())),
    page(
        "/library/selections/{selection_members}/edit",
        (STAFF, sees("selection-members", "selectiontext-members", *_NOTES)),
    ),
    page("/library/selections/999999/edit"),
]
FORMS += [
    form("/library/selections/new", _SELECTION, (STAFF, done("/library/selections/"))),
    form("/library/selections/new", _SELECTION | {"items": "999999"}, (STAFF, sees(status=422))),
    form(
        "/library/selections/{selection_public}/edit",
        _SELECTION | {"seen": ""},
        (STAFF, done("/library/selections/{selection_public}")),
    ),
    form("/library/selections/999999/edit", _SELECTION),
]
