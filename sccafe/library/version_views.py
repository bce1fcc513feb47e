"""All versions of an item: each by itself, two side by side, and an older one brought back."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.core import clock, web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import comparing, policy, queries, service, shown, words
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.edit_views import base_of, is_own
from sccafe.library.errors import NotThere
from sccafe.library.forms import number_in


def _numbered(who: Viewer, item_id: int, number: int) -> Row[Any]:
    found = queries.version_numbered(who, item_id, number)
    if found is None:
        raise NotThere
    return found


def _line(row: Row[Any], language: str) -> dict[str, Any]:
    """A version in a list, or at the head of its page."""
    at = row.published_at or row.submitted_at or row.saved_at
    return {
        "number": row.number,
        "title": row.sheet["title"],
        "state": words.state(row.state),
        "chip": "live" if row.state == "published" else "plain",
        "name": row.editor_handle or row.author_handle or _("退会した人"),
        "at": moment(at, language, clock.now()),
    }


@pages.get("/library/<int:item_id>/versions")
@signed_in_only
def versions(item_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    base = base_of(who, item_id)
    rows = queries.versions(who, item_id)
    lines = [_line(row, language) for row in rows]
    return render_template("library/versions.html", item=base.item, title=rows[0].sheet["title"], versions=lines)


@pages.get("/library/<int:item_id>/versions/<int:number>")
@signed_in_only
def version(item_id: int, number: int) -> ResponseReturnValue:
    """One version; with `?with=` another of them beside it, the older one first."""
    who, language = viewer(), locale()
    base = base_of(who, item_id)
    found, other = _numbered(who, item_id, number), number_in(request.args.get("with"))
    may_restore = policy.may_save(who, base.state, is_own(who, base.item)) and found.id != base.version.id
    if other is None or other == number:
        return render_template(
            "library/version.html",
            item=base.item,
            version=_line(found, language),
            others=[row.number for row in queries.versions(who, item_id) if row.number != number],
            parts=shown.parts(found.sheet, found.html, language),
            files=shown.files(queries.files_of(found.id), language),
            may_restore=may_restore,
        )
    before, after = sorted((found, _numbered(who, item_id, other)), key=lambda row: int(row.number))
    gone, come = _files_that_differ(before, after)
    parts = comparing.compared(before.sheet, after.sheet, language)
    return render_template(
        "library/compare.html",
        item=base.item,
        before=_line(before, language),
        after=_line(after, language),
        parts=parts,
        same=_("、").join(part.label for part in parts if not part.differs),
        gone=gone,
        come=come,
    )


def _files_that_differ(before: Row[Any], after: Row[Any]) -> tuple[list[str], list[str]]:
    """Files that only one of two versions has, or describes otherwise."""
    old, new = ({(row.id, row.name, row.description) for row in queries.files_of(each.id)} for each in (before, after))

    def named(files: set[tuple[int, str, str]]) -> list[str]:
        return [
            _("%(name)s（%(description)s）", name=name, description=description) if description else name
            for _id, name, description in sorted(files)
        ]

    return named(old - new), named(new - old)


@pages.post("/library/<int:item_id>/versions/<int:number>/restore")
@WRITES
@signed_in_only
def restore(item_id: int, number: int) -> ResponseReturnValue:
    """Make an older version the one that is worked on; nothing changes on the shelf."""
    who = viewer()
    found = _numbered(who, item_id, number)
    end_reading()
    service.begin(who, item_id, from_id=found.id)
    flash(_("第%(number)s版の内容に戻しました。確かめてから、事務局に送ってください。", number=number))
    return web.see_other(f"/library/{item_id}/edit")
