"""The secretariat's desk of the library: what waits, what is off the shelf, and the review of one item."""

from flask import render_template
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.formats import moment
from sccafe.core.language import locale
from sccafe.library import policy, queries, review_words, shown, work_shown
from sccafe.library.blueprint import pages
from sccafe.library.edit_views import Base, base_of
from sccafe.library.forms import ArchiveForm, AudienceForm, CommentForm, PublishForm, SendBackForm


@pages.get("/library/desk")
@only_where(policy.may_curate)
def desk() -> ResponseReturnValue:
    items = work_shown.item_lines(queries.to_review(viewer()), locale(), at_desk=True)
    return render_template("library/desk.html", items=items)


@pages.get("/library/desk/off-shelf")
@only_where(policy.may_curate)
def off_shelf() -> ResponseReturnValue:
    items = work_shown.item_lines(queries.off_shelf(viewer()), locale(), at_desk=True)
    return render_template("library/off_shelf.html", items=items)


@pages.get("/library/desk/<int:item_id>")
@only_where(policy.may_curate)
def review(item_id: int) -> ResponseReturnValue:
    who = viewer()
    return review_page(who, base_of(who, item_id))


def review_page(
    who: Viewer,
    base: Base,
    status: int = 200,
    send_back: SendBackForm | None = None,
    publish: PublishForm | None = None,
    audience: AudienceForm | None = None,
    archive: ArchiveForm | None = None,
    comment: CommentForm | None = None,
) -> ResponseReturnValue:
    """An item as it would be shown, what was noticed of it, and the steps it can take."""
    language, item, version, now = locale(), base.item, base.version, clock.now()
    stored = queries.files_of(version.id)
    is_open = item.open_id is not None
    parts = shown.parts(version.sheet, version.html, language, empty=True)
    notices = work_shown.noticed(who, item.id, version.sheet, stored)
    comments = work_shown.comments_by_part(queries.comments(who, item.id), language)
    # What says nothing and is asked for by nobody stands folded at the end.
    asked_for = {notice.part for notice in notices} | set(comments) | ({comment.part.data} if comment else set())
    is_shown = {part.key: bool(part.html or part.lines) or part.key in asked_for for part in parts}

    def may(step: str) -> bool:
        # Whether it is one's own makes no difference to the secretariat's steps.
        return is_open and policy.may_take(who, step, base.state, False)

    return render_template(
        "library/review.html",
        item=item,
        version=version,
        title=version.sheet["title"],
        state=review_words.standing(item.open_state, base.published, item.archived_at is not None),
        handed_in=moment(version.submitted_at, language, now) if version.submitted_at else None,
        shown_to=review_words.audience(item.shown_to),
        parts=[part for part in parts if is_shown[part.key]],
        empty_parts=[part for part in parts if not is_shown[part.key]],
        files=shown.files(stored, language),
        notices=notices,
        comments=comments,
        is_open=is_open,
        is_published=base.published,
        may_save=policy.may_save(who, base.state, False),
        may_take=may("take"),
        send_back=(send_back or SendBackForm(formdata=None)) if may("send_back") else None,
        publish=_publish_form(base, publish) if may("publish") else None,
        archive=(archive or ArchiveForm(formdata=None)) if base.published and item.archived_at is None else None,
        audience=_audience_form(base, audience) if base.published and not is_open else None,
        may_put_back=base.published and item.archived_at is not None,
        comment=comment,
    ), status


def _audience_form(base: Base, sent: AudienceForm | None) -> AudienceForm:
    """Who may read it is chosen with a version while one is open, and by itself otherwise."""
    return sent or AudienceForm(formdata=None, data={"audience": base.item.shown_to})


def _publish_form(base: Base, sent: PublishForm | None) -> PublishForm:
    """The form for what is shown now, whatever was sent before."""
    form = sent or PublishForm(formdata=None, data={"audience": base.item.shown_to})
    form.version.data, form.seen.data = str(base.version.id), str(base.version.saved)
    return form
