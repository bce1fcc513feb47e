"""What comes to the desk another way than by the form, and what leaves it as a file."""

from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.core import file_answers
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.counseling import desk_queries, exporting, service
from sccafe.counseling.blueprint import WRITES, actor, page, pages
from sccafe.counseling.desk_forms import EntryForm


@pages.get("/counseling/desk/new")
def new_entry() -> ResponseReturnValue:
    desk_queries.at_desk(actor())
    end_reading()
    return page("desk/new", form=EntryForm())


@pages.post("/counseling/desk/new")
@WRITES
@signed_in_only
def enter_request() -> ResponseReturnValue:
    """The code stands in this answer and nowhere else; sending the form again gives the same one."""
    who = actor()
    desk_queries.at_desk(who)
    end_reading()
    form = EntryForm()
    if not form.validate():
        return page("desk/new", 422, form=form)
    sent = service.send(who, form.asked)
    return page("desk/entered", ref=sent.ref, code=sent.code)


@pages.post("/counseling/desk/<ref>/export")
@WRITES
@signed_in_only
def export(ref: str) -> ResponseReturnValue:
    who = actor()
    desk_queries.at_desk(who)
    end_reading()
    text = exporting.conversation(who, ref, locale())
    return file_answers.made(text.encode(), "text/markdown; charset=utf-8", "attachment", f"counseling-{ref}.md")
