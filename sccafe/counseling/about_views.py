"""The page that says who answers, what others asked, how long it takes and who will see it."""

from functools import lru_cache
from typing import Any

from flask import abort, make_response
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from sccafe.accounts.sessions import viewer
from sccafe.core import clock, file_answers, markup, site_settings, web
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.counseling import about_queries, asker_queries, asker_shown, desk_queries, figures, publishing
from sccafe.counseling.blueprint import actor, page, pages
from sccafe.counseling.settings import URGENT

#: How many of the published answers the page shows.
LATEST = 5


@lru_cache(maxsize=4)
def _rendered(source: str) -> Markup:
    return Markup(markup.render(source))  # noqa: S704  the renderer's own


def urgent() -> Markup:
    """When not to wait for an answer here, as the desk has entered it; empty where the site's own words stand."""
    return _rendered(site_settings.get(URGENT).strip())


@pages.get("/counseling")
def entrance() -> ResponseReturnValue:
    who, language = viewer(), locale()
    number = web.page_number()
    rows, count = asker_queries.own_requests(who, number)
    today = clock.now().astimezone(clock.TOKYO).date()
    values: dict[str, Any] = {
        "experts": asker_shown.experts(about_queries.experts(today), language),
        "answers": publishing.latest(who, LATEST),
        "promise": about_queries.promise(),
        "times": figures.public(),
        "requests": asker_shown.own_requests(rows, language),
        "pager": web.pager("/counseling", number, -(-count // asker_queries.PER_PAGE)),
        "waiting": desk_queries.waiting(actor()),
        "urgent": urgent(),
    }
    end_reading()
    response = make_response(page("entrance", **values))
    # Whoever looks for help is to find this page: search engines read it as visitors do, to whom it shows no requests.
    del response.headers["X-Robots-Tag"]
    return response


@pages.get("/counseling/experts/<int:user_id>/picture")
def expert_picture(user_id: int) -> ResponseReturnValue:
    """For everybody, as long as this expert answers."""
    stored = about_queries.picture(user_id)
    end_reading()
    if not stored:
        abort(404)
    return file_answers.page_picture(stored, asker_shown.picture_made_at(stored), lambda: None)
