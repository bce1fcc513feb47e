"""The counseling desk: the queue, the search, and the page on which one request is worked on."""

from flask import request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.core import taxonomy, web
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.counseling import desk_queries, desk_shown, reading, searching
from sccafe.counseling import words as counseling_words
from sccafe.counseling.blueprint import WRITES, actor, file_answer, page, pages
from sccafe.counseling.desk_queries import ON_A_PAGE, Choice
from sccafe.counseling.desk_work import work_page
from sccafe.counseling.service import openings

#: The longest that one searches for.
QUERY_MOST = 100


@pages.get("/counseling/desk")
def desk() -> ResponseReturnValue:
    """The queue for people of the desk; for experts their own requests."""
    who, language = actor(), locale()
    place = desk_queries.place(who)
    own = desk_shown.groups(desk_queries.own(who), language) if place.is_expert else []
    if not place.at_desk:
        return page("desk/own", groups=own)
    choice = Choice.of(*(request.args.get(name, "") for name in ("state", "category", "late")))
    if not taxonomy.has("counseling_category", choice.category):
        choice = Choice(choice.state, "", choice.late)
    counted = desk_queries.count(who, choice)
    number_of_pages = min(max(1, -(-counted.chosen // ON_A_PAGE)), web.DIRECT_PAGES)
    number = min(web.page_number(), number_of_pages)
    rows = desk_queries.queue(who, choice, number)
    experts = desk_queries.experts_of([row.id for row in rows])
    end_reading()
    asked = {
        "state": choice.state if choice.state != "open" else "",
        "category": choice.category,
        "late": "1" if choice.late else "",
    }
    return page(
        "desk/queue",
        lines=desk_shown.lines(rows, experts, language),
        own=own,
        choice=choice,
        states=desk_shown.state_links(counted, choice),
        late=desk_shown.late_link(counted, choice),
        categories=[(option.key, option.label(language)) for option in taxonomy.options("counseling_category")],
        pager=web.pager("/counseling/desk", number, number_of_pages, **asked),
    )


@pages.post("/counseling/desk")
@WRITES
@signed_in_only
def search() -> ResponseReturnValue:
    """What was found stands in the answer to a POST: the words must not stand in an address."""
    who, language = actor(), locale()
    desk_queries.at_desk(who)
    end_reading()
    query = request.form.get("q", "").strip()[:QUERY_MOST]
    hits = searching.find(who, query)
    return page(
        "desk/found",
        q=query,
        too_short=len("".join(query.split())) < searching.LEAST,
        is_full=len(hits) == searching.MOST_FOUND,
        most=searching.MOST_OPENED,
        hits=[
            (
                hit.ref,
                desk_shown.category(hit.category, language),
                counseling_words.state_label(hit.state),
                desk_shown.chip(hit.state),
            )
            for hit in hits
        ],
    )


@pages.get("/counseling/desk/<ref>")
def work(ref: str) -> ResponseReturnValue:
    who = actor()
    openings.opened(who, desk_queries.work_on(who, ref).id)
    return work_page(who, ref)


@pages.get("/counseling/desk/<ref>/open")
def who_has_it_open(ref: str) -> ResponseReturnValue:
    """The notice alone, which an open page asks for each minute."""
    who = actor()
    found = desk_queries.work_on(who, ref)
    openings.opened(who, found.id)
    return page("desk/_others", ref=ref, others=desk_shown.names(openings.others(who, found.id)))


@pages.get("/counseling/desk/<ref>/looks")
def desk_looks(ref: str) -> ResponseReturnValue:
    """Who looked at the request; for the desk."""
    who = actor()
    desk_queries.at_desk(who)
    return page("desk/looks", ref=ref, looks=desk_shown.look_lines(reading.looks(who, ref), locale()))


@pages.get("/counseling/desk/<ref>/files/<int:file_id>")
def desk_file(ref: str, file_id: int) -> ResponseReturnValue:
    who = actor()
    desk_queries.work_on(who, ref)
    seal, found, name = reading.open_file(who, ref, file_id)
    return file_answer(seal, found, name)
