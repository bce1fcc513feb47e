"""What comes of the ways to find items: their share of the expectation table."""

from sccafe.core.audience import AUDIENCES
from tests.wall.answers import EVERYONE, IN, OUT, READERS, SIGN_IN_FIRST, VIEWERS, Answer, Row, page, sees


def shelf(viewer: str, *parts: str) -> Answer:
    """These parts of every item that stands on the shelf for this viewer, and of nothing that does not."""
    names = [*(audience for audience in AUDIENCES if viewer in READERS[audience]), "changing", "talked"]
    return sees(*(f"{part}-{name}" for name in names for part in parts or ("item", "itemsummary")))


#: The list, however it is asked for.
FINDING = [
    *(
        page(f"/library{query}", *((viewer, shelf(viewer)) for viewer in VIEWERS))
        for query in (
            "",
            "?kind=case&theme=meals&prefecture=13&year=2023&sort=used",
            "?q=しるし&theme=meals&theme=shopping&sort=checked",
        )
    ),
    page("/library?kind=video&theme=disaster", (EVERYONE, sees())),
    page("/library?page=101", (EVERYONE, Answer(302, to="/library?page=100"))),
    page(
        "/library/similar-towns",
        (OUT, SIGN_IN_FIRST),
        # Everybody here works in the prefecture that all items are of.
        *((viewer, shelf(viewer)) for viewer in IN),
    ),
]

#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = [*FINDING]
FORMS: list[Row] = []
