"""For the secretariat: to enter what somebody said by telephone, by fax or at a meeting."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import only_where
from sccafe.accounts.queries import person_by_handle
from sccafe.accounts.sessions import viewer, viewer_of
from sccafe.boards import policy as boards_policy
from sccafe.boards import queries as boards
from sccafe.boards import shown as boards_shown
from sccafe.boards.blueprint import WRITES, after_writing, preview_of
from sccafe.boards.service import Written
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.prompts import entering
from sccafe.prompts.blueprint import pages, private_page
from sccafe.prompts.entering import Speaker
from sccafe.prompts.forms import EnterForm, EnterTopicForm


@pages.route("/topics/<int:topic_id>/for-someone", methods=["GET", "POST"])
@WRITES
@only_where(boards_policy.may_write_for_others)
def reply_for_someone(topic_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = boards.topic(who, topic_id)
    if found is None:
        raise NotThere
    form = EnterForm(boards_policy.may_be_anonymous(found.kind, found.anonymous_allowed))
    speaker = _speaker(form)
    if speaker:
        written = _written(form, lambda: entering.enter_reply(who, topic_id, speaker, form.text, form.once.data or ""))
        if written:
            return after_writing(written)
    return _page(
        form,
        f"/topics/{topic_id}",
        [
            (_("ラウンジ"), "/lounge"),
            (boards_shown.board_title(found, language), f"/boards/{found.slug}"),
            (found.title, f"/topics/{topic_id}"),
        ],
        found.board_audience,
    )


@pages.route("/boards/<slug>/for-someone", methods=["GET", "POST"])
@WRITES
@only_where(boards_policy.may_write_for_others)
def topic_for_someone(slug: str) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = boards.board(who, slug)
    if found is None:
        raise NotThere
    form = EnterTopicForm(boards_policy.may_be_anonymous(found.kind, found.anonymous_allowed))
    speaker = _speaker(form)
    if speaker:
        written = _written(
            form,
            lambda: entering.enter_topic(
                who, found.id, speaker, form.title.data or "", form.text, form.once.data or ""
            ),
        )
        if written:
            return after_writing(written)
    return _page(
        form,
        f"/boards/{slug}",
        [(_("ラウンジ"), "/lounge"), (boards_shown.board_title(found, language), f"/boards/{slug}")],
        found.audience,
    )


def _speaker(form: EnterForm) -> Speaker | None:
    """Whose words they are, once the form is sent and good; the reading has ended then."""
    if request.method != "POST" or request.form.get("do") == "preview" or not form.validate():
        end_reading()
        return None
    member: Viewer | None = None
    if form.handle.data:
        person = person_by_handle(form.handle.data)
        member = viewer_of(person.id) if person else None
        if member is None:
            form.refuse(form.handle, _("このハンドル名の、利用中の方はいません。書き方を確かめてください。"))
            end_reading()
            return None
    end_reading()
    return Speaker(member, form.name.data or "", form.is_anonymous, form.email.data or "")


def _written(form: EnterForm, write: Any) -> Written | None:
    try:
        written: Written = write()
    except MayNot as refused:
        end_reading()
        form.refuse(form.handle if form.handle.data else form.body, boards_shown.why_not(refused.why))
        return None
    return written


def _page(form: EnterForm, back: str, crumbs: list[tuple[str, str]], audience: str) -> ResponseReturnValue:
    preview = preview_of(form.body.data or "") if request.form.get("do") == "preview" else ""
    return private_page(
        "enter",
        422 if form.errors else 200,
        form=form,
        action=f"{back}/for-someone",
        back=back,
        way=crumbs,
        who_reads=boards_shown.who_reads(audience),
        preview_html=preview,
    )
