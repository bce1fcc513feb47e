"""Profiles, and the language of the pages."""

from urllib.parse import quote, urlsplit

from flask import abort, redirect, request, session
from flask.typing import ResponseReturnValue

from sccafe.accounts import handles, people_shown, policy, queries, service, texts
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import locale, page, pages
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.extensions import csrf


@pages.get("/members/<handle>")
def profile(handle: str) -> ResponseReturnValue:
    who = viewer()
    if not texts.is_clean(handle) or len(handle) > handles.MOST_OF_KEY:
        abort(404)
    found = people_shown.profile(who, handle, locale())
    if found is None:
        present = queries.owner_of_former_handle(handle)
        if present is None:
            abort(404)
        return redirect(f"/members/{quote(present)}")
    is_own = found.user_id == who.user_id
    return page("accounts/profile", person=found, is_own=is_own, may_manage=policy.may_manage_people(who))


# Without a token, as a choice that harms nobody: with one every visitor's page would carry a cookie.
@pages.post("/language")
@csrf.exempt  # type: ignore[untyped-decorator]
def language() -> ResponseReturnValue:
    who = viewer()
    chosen = request.form.get("locale", "")
    if chosen not in ("ja", "en"):
        abort(400)
    session["locale"] = chosen
    if who.signed_in:
        end_reading()
        service.choose_language(who, chosen)
    return web.see_other(web.inside(request.form.get("next") or _came_from()))


def _came_from() -> str:
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return parts.path + ("?" + parts.query if parts.query else "")
