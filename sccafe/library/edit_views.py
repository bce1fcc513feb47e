"""The sheet as a form. Two people may have it open at once: whoever saves second is shown both texts."""

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import comments, policy, queries, review_words, service, shown, words, work_shown
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.comparing import marked
from sccafe.library.errors import Clash, MayNot, NotThere
from sccafe.library.forms import FilesForm, number_in
from sccafe.library.sheet import BY_KEY, SOURCE_KEYS
from sccafe.library.sheet_form import SheetForm


@dataclass(frozen=True)
class Base:
    """What is worked on: the item, and its open version or the one on the shelf."""

    item: Row[Any]
    version: Row[Any]

    @property
    def state(self) -> str:
        """Of the version that would be saved: a new one begins as a draft."""
        return self.item.open_state or "draft"

    @property
    def published(self) -> bool:
        return self.item.published_id is not None


def base_of(who: Viewer, item_id: int) -> Base:
    """Raises NotThere for whoever does not work on the item."""
    item = queries.workable(who, item_id)
    version = queries.version(who, item.open_id or item.published_id or 0) if item else None
    if item is None or version is None:
        raise NotThere
    return Base(item, version)


def is_own(who: Viewer, item: Row[Any]) -> bool:
    return who.user_id is not None and who.user_id in (item.author_id, item.owner_id)


@pages.route("/library/<int:item_id>/edit", methods=["GET", "POST"])
@web.takes_files
@WRITES
@signed_in_only
def edit(item_id: int) -> ResponseReturnValue:
    who = viewer()
    base = base_of(who, item_id)
    if request.method == "GET":
        if not policy.may_save(who, base.state, is_own(who, base.item)):
            return _waiting(who, base)
        return _page(who, base, SheetForm.of(base.version.sheet), FilesForm(formdata=None))
    end_reading()
    form, files = SheetForm.sent(request.form, base.version.sheet), FilesForm()
    if request.form.get("do") == "more":
        form.add_source()
        return _page(who, base, form, files)
    said = form.said()
    if not files.validate() or said is None:
        return _page(who, base, form, files, 422)
    try:
        _save(who, base, said, files)
    except Clash:
        end_reading()
        return _page(who, base_of(who, item_id), form, files, 409, clash=True)
    except MayNot as refused:
        end_reading()
        return _page(who, base_of(who, item_id), form, files, 403, refused=words.why_not(refused.why))
    if request.form.get("do") == "submit":
        flash(_("保存して、事務局に送りました。"))
    else:
        flash(_("保存しました。"))
    at_desk = policy.may_curate(who) and not is_own(who, base.item)
    return web.see_other(f"/library/desk/{item_id}" if at_desk else f"/library/{item_id}/edit")


def _save(who: Viewer, base: Base, said: service.Said, files: FilesForm) -> None:
    """Save to the open version, or to a new one. Raises Clash where something else stands there than was shown."""
    item_id, seen = base.item.id, number_in(request.form.get("seen")) or 0
    if _stands_already(base, said, files):
        if request.form.get("do") == "submit" and base.item.open_id and base.state in policy.STEPS["submit"].before:
            service.submit(who, base.item.open_id)
        return
    if number_in(request.form.get("version")) != base.version.id or seen != base.version.saved:
        raise Clash(base.version.sheet, base.version.saved, None)
    if base.item.open_id is None:
        # Of two who begin at once the second finds what the first has begun, saved more than once.
        version_id, seen = service.begin(who, item_id).id, 1
    else:
        version_id = base.item.open_id
    service.save(who, version_id, said, seen, _file_changes(files))
    comments.comments_done(who, item_id, _ticked("done"))
    if request.form.get("do") == "submit" and base.state in policy.STEPS["submit"].before:
        service.submit(who, version_id)


def _stands_already(base: Base, said: service.Said, files: FilesForm) -> bool:
    """Whether the form was taken a moment ago: sent twice, it says nothing that does not stand there."""
    if number_in(request.form.get("seen")) == base.version.saved or said.sheet != base.version.sheet:
        return False
    stored = queries.files_of(base.version.id)
    known = queries.digests_of(base.version.id) if files.uploads else set()
    end_reading()
    described = _descriptions()
    return (
        all(upload.digest in known for upload in files.uploads)
        and not {row.id for row in stored} & set(_ticked("remove"))
        and all(described.get(row.id, row.description) == row.description for row in stored)
    )


def _ticked(name: str) -> list[int]:
    numbers = (number_in(value) for value in request.form.getlist(name))
    return [number for number in numbers if number is not None]


def _descriptions() -> dict[int, str]:
    """What was typed of the files, by their ids."""
    prefix = "file_description_"
    typed = {number_in(name.removeprefix(prefix)): value for name, value in request.form.items() if prefix in name}
    return {number: " ".join(value.split())[:200] for number, value in typed.items() if number is not None}


def _file_changes(files: FilesForm) -> service.FileChanges:
    return service.FileChanges(removed=_ticked("remove"), descriptions=_descriptions(), added=files.uploads)


# --- the pages ---------------------------------------------------------------------------------------------


def _page(
    who: Viewer,
    base: Base,
    form: SheetForm,
    files: FilesForm,
    status: int = 200,
    clash: bool = False,
    refused: str = "",
) -> ResponseReturnValue:
    language, item, version = locale(), base.item, base.version
    stored = queries.files_of(version.id)
    typed = _descriptions() if request.method == "POST" else {}
    sent = request.method == "POST"
    # After a refused form its fields stay what they were based on, so that the next saving asks again; after a clash
    # the form is based on what both texts are shown of.
    was = request.form if sent and not clash else {}
    return render_template(
        "library/edit.html",
        item=item,
        version_id=was.get("version", version.id),
        seen=was.get("seen", version.saved),
        form=form,
        groups=form.groups(language, policy.may_curate(who)),
        problems=form.problems(),
        files_form=files,
        files=shown.files(stored, language),
        descriptions=typed,
        removed=_ticked("remove") if sent else [],
        ticked=_ticked("done") if sent else [],
        state=review_words.standing(item.open_state, base.published, item.archived_at is not None),
        # What its people do next is nothing to the secretariat.
        next_step=_next_step(base) if is_own(who, item) else "",
        note=version.note if item.open_state == "returned" else "",
        comments=work_shown.comments_by_part(queries.comments(who, item.id), language),
        notices=work_shown.noticed(who, item.id, version.sheet, stored) if item.open_id else [],
        may_submit=base.state in policy.STEPS["submit"].before,
        theirs=_theirs(form, version.sheet) if clash else {},
        their_name=version.editor_handle or "",
        clash=clash,
        refused=refused,
        at_desk=policy.may_curate(who),
    ), status


def _waiting(who: Viewer, base: Base) -> ResponseReturnValue:
    """For its people, while the secretariat has it."""
    language, item, version = locale(), base.item, base.version
    stored = queries.files_of(version.id)
    return render_template(
        "library/waiting.html",
        item=item,
        title=version.sheet["title"],
        parts=shown.parts(version.sheet, version.html, language),
        files=shown.files(stored, language),
        state=review_words.standing(item.open_state, base.published, item.archived_at is not None),
        next_step=_next_step(base),
        comments=work_shown.comments_by_part(queries.comments(who, item.id), language),
        notices=work_shown.noticed(who, item.id, version.sheet, stored),
        may_take_back=policy.may_take(who, "take_back", base.state, is_own(who, item)),
    )


def _next_step(base: Base) -> str:
    item = base.item
    return review_words.next_step(item.open_state, base.published, item.archived_at is not None, item.needs_work)


def _theirs(form: SheetForm, sheet: dict[str, Any]) -> dict[str, Markup]:
    """By the parts that differ, what somebody else has saved, with marks where the typed text is another."""
    theirs = SheetForm.of(sheet).typed
    found: dict[str, Markup] = {}
    for key, value in theirs.items():
        mine = form.typed[key]
        if key == "kind":
            mine = form.kind
        if _plain(value) != _plain(mine):
            found[key] = marked(_words(key, value), _words(key, mine))[0]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    return sorted(value) if value and isinstance(value[0], str) else [row for row in value if any(row.values())]


def _words(key: str, value: Any) -> str:
    """What stands in a field, as text."""
    part = BY_KEY[key]
    if part.form == "sources":
        rows = [[row.get(name, "") for name in SOURCE_KEYS if row.get(name)] for row in value]
        return "\n".join(_("、").join(row) for row in rows)
    if part.form in ("option", "options", "prefecture"):
        return "\n".join(shown.lines(part, value, locale()))
    return str(value)
