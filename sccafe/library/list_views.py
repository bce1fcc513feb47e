"""The list of the library, and cases of towns like the reader's own."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import finding, handout_views, list_shown, policy
from sccafe.library.blueprint import pages
from sccafe.library.errors import MayNot


@pages.get(finding.PATH)
def items() -> ResponseReturnValue:
    who, language, page = viewer(), locale(), web.page_number()
    choice = finding.choice_of(request.args)
    if page > web.DIRECT_PAGES:
        return redirect(choice.address(page=str(web.DIRECT_PAGES)))
    listed = finding.listed(who, choice, page)
    if page > listed.pages:
        return redirect(choice.address(page=str(listed.pages)))
    shown: dict[str, Any] = {
        "place": "library",
        "total": listed.found.total,
        "rows": list_shown.rows(listed.rows, language),
        "facets": list_shown.facets(listed.found, choice, language),
        "chips": list_shown.chips(choice, language),
        "sorts": list_shown.sorts(choice),
        "choice": choice,
        # A hand-out of what is found, where one page shows it all.
        "handout": "" if listed.pages > 1 else handout_views.address("/library/handout.pdf", listed.rows),
        "pager": web.pager(finding.PATH, page, listed.pages, **choice.arguments()),
    }
    if web.is_partial():
        return render_template("library/_found.html", **shown, is_part=True)
    town = listed.town
    return render_template(
        "library/list.html",
        **shown,
        town=town,
        town_name=list_shown.town_name(town, language) if town else "",
        alike=[(row.id, row.title, list_shown.why_alike(row, town)) for row in listed.alike] if town else [],
        may_hand_in=policy.may_hand_in(who),
        may_curate=policy.may_curate(who),
    )


@pages.get(finding.PATH + "/similar-towns")
def similar_towns() -> ResponseReturnValue:
    who, language = viewer(), locale()
    town, rows = finding.of_like_towns(who)
    if town is None:
        raise MayNot("sign_in")
    shown = list_shown.rows(rows, language)
    return render_template(
        "library/similar_towns.html",
        place="library",
        town=town,
        town_name=list_shown.town_name(town, language),
        rows=[(row, list_shown.why_alike(found, town)) for row, found in zip(shown, rows, strict=True)],
        title=_("似たまちの事例"),
    )
