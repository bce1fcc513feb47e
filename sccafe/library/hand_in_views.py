"""Handing in: a title and a text are enough. And the list of what somebody handed in or answers for."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import policy, queries, service, work_shown
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.errors import MayNot
from sccafe.library.forms import HandInForm


@pages.route("/library/new", methods=["GET", "POST"])
@web.takes_files
@WRITES
@signed_in_only
def hand_in() -> ResponseReturnValue:
    who = viewer()
    if not policy.may_hand_in(who):
        raise MayNot("hand_in")
    end_reading()
    form = HandInForm()
    if form.validate_on_submit():
        submit = request.form.get("do") != "draft"
        changes = service.FileChanges(added=form.uploads)
        item = service.hand_in(who, form.said, changes, submit=submit, once=form.once.data or "")
        if submit:
            flash(_("事務局に送りました。確認が終わるまで、ほかの人には見えません。"))
        else:
            flash(_("下書きに残しました。続きを書いて、できたら事務局に送ってください。"))
        return web.see_other(f"/library/{item.id}/edit")
    return render_template("library/new.html", form=form), (422 if form.errors else 200)


@pages.get("/library/mine")
@signed_in_only
def mine() -> ResponseReturnValue:
    who = viewer()
    return render_template(
        "library/mine.html",
        items=work_shown.item_lines(queries.own_items(who), locale(), at_desk=False),
        may_hand_in=policy.may_hand_in(who),
    )
