"""What comes of the search: its share of the expectation table."""

from tests.wall.answers import EVERYONE, NOTHING, Row, leads, page

#: Nobody wrote this, so nothing is found and nothing near it is offered.
_NOWHERE = "q=qzxqzx"

ROWS: list[Row] = [
    *(
        page(f"/search{query}", (EVERYONE, NOTHING))
        for query in ("", f"?{_NOWHERE}", f"?{_NOWHERE}&in=people&sort=best&page=2", f"?{_NOWHERE}&facets=1")
    ),
    page(f"/search/facets?{_NOWHERE}", (EVERYONE, NOTHING), partial=True),
    page(f"/search/facets?{_NOWHERE}", (EVERYONE, leads("/search?q=qzxqzx&facets=1"))),
    page(f"/search/suggest?{_NOWHERE}", (EVERYONE, NOTHING)),
]
