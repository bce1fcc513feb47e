"""Days off, and the figures of time."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from sccafe.core import taxonomy, web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.counseling import figures, time_shown
from sccafe.counseling.blueprint import WRITES, actor, page, pages
from sccafe.counseling.days_off_forms import DaysOffForm
from sccafe.counseling.service import days_off


@pages.get("/counseling/desk/figures")
def times() -> ResponseReturnValue:
    """For the desk: how long responses and answers take."""
    category = request.args.get("category", "")
    chosen = category if taxonomy.has("counseling_category", category) else ""
    return page("desk/figures", figures=time_shown.figures(figures.of_desk(actor(), chosen), locale()))


@pages.route("/counseling/desk/days-off", methods=["GET", "POST"])
@WRITES
def days_off_page() -> ResponseReturnValue:
    """An expert's own days off; `remove` names one that is given back, everything else adds."""
    who = actor()
    if "remove" in request.form:
        return _remove(request.form["remove"])
    days_off.must_be_expert(who)
    form = DaysOffForm()
    valid = form.validate_on_submit()
    end_reading()
    if valid:
        try:
            moved = days_off.add(who, *form.days)
        except days_off.WrongDays as wrong:
            form.refuse_days(wrong)
        else:
            return _done(_("お休みを加えました。"), moved)
    return page(
        "desk/days_off",
        422 if form.errors else 200,
        form=form,
        spans=time_shown.spans(days_off.spans(who), locale()),
        requests=time_shown.deadlines(days_off.deadlines(who), locale()),
    )


def _remove(written: str) -> ResponseReturnValue:
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        abort(404)
    who = actor()
    end_reading()
    return _done(_("お休みを取り消しました。"), days_off.remove(who, int(written)))


def _done(what: str, moved: int) -> ResponseReturnValue:
    """The deadlines themselves stand on the page and not in the message, which the browser keeps."""
    flash(what + (" " + _("答えの期限が変わった相談：%(count)s件", count=moved) if moved else ""))
    return web.see_other("/counseling/desk/days-off")
