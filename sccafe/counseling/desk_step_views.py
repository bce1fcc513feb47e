"""What desk and experts do with a request: each step a small form, whose words come back when it is not taken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from sccafe.accounts.forms.base import Form
from sccafe.accounts.guards import signed_in_only
from sccafe.boards.blueprint import preview_of
from sccafe.core import web
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.counseling import desk_queries, desk_shown, reading, service, words
from sccafe.counseling.blueprint import WRITES, actor, page, pages
from sccafe.counseling.desk_forms import AskExpertForm, DraftForm
from sccafe.counseling.desk_work import FORMS, Typed, offers, work_page
from sccafe.counseling.errors import Clash, MayNot, NotThere
from sccafe.counseling.service import Actor, blocks, typing
from sccafe.extensions import limiter

#: The pauses of somebody who types.
KEEPS = limiter.limit("120/minute", methods=["POST"])


@dataclass(frozen=True)
class Way:
    """What a form's step does, and what is said afterwards: never a word of the request."""

    take: Callable[[Actor, str, Any], object]
    said: Any
    #: Where to go on: a place of the page, or the list where one may not read it any more.
    to: str = ""
    leaves: bool = False


#: The last part of the address, with underlines for its hyphens, is the action of policy's table.
WAYS: dict[str, Way] = {
    "take": Way(
        lambda who, ref, form: service.take(who, ref),
        _l("受け取りました。お願いする専門家を決めてください。"),
        "#routing",
    ),
    "assign": Way(
        lambda who, ref, form: service.assign(who, ref, form.expert_id, form.reason.data or ""),
        _l("専門家にお願いしました。"),
    ),
    "recall": Way(
        lambda who, ref, form: service.recall(who, ref, form.reason.data), _l("相談窓口に引き取りました。"), "#routing"
    ),
    "accept": Way(lambda who, ref, form: service.accept(who, ref), _l("引き受けました。ありがとうございます。")),
    "hand_back": Way(
        lambda who, ref, form: service.hand_back(who, ref, form.reason.data),
        _l("相談窓口に戻しました。お知らせくださって、ありがとうございます。"),
        leaves=True,
    ),
    "invite": Way(
        lambda who, ref, form: service.invite(who, ref, form.expert_id, form.reason.data or ""),
        _l("もう一人の専門家にお願いしました。"),
    ),
    "leave": Way(
        lambda who, ref, form: service.leave(who, ref, form.reason.data or ""),
        _l("この相談から抜けました。"),
        leaves=True,
    ),
    "ask_back": Way(
        lambda who, ref, form: service.ask_back(who, ref, form.text.source),
        _l("おたずねを送りました。お返事があるまで、期限は止まります。"),
    ),
    "note": Way(
        lambda who, ref, form: service.note(who, ref, form.text.source),
        _l("内部の連絡として残しました。相談した方には見えません。"),
        "#inside",
    ),
    "enter": Way(lambda who, ref, form: service.enter(who, ref, form.text.source), _l("書きとめました。")),
    "draft": Way(
        lambda who, ref, form: service.save_draft(who, ref, form.text.source, form.saved_count),
        _l("下書きを保存しました。まだ送っていません。"),
        "#answer",
    ),
    "hand_in": Way(
        lambda who, ref, form: service.hand_in(who, ref, form.text.source, form.saved_count),
        _l("確認に出しました。相談窓口が読んでから送ります。"),
    ),
    "send_back": Way(
        lambda who, ref, form: service.send_back(who, ref, form.reason.data), _l("直しをお願いしました。")
    ),
    "answer": Way(
        lambda who, ref, form: service.answer(who, ref, form.text.source, form.saved_count),
        _l("答えを送りました。相談した方にお知らせします。"),
    ),
    "pass_on": Way(
        lambda who, ref, form: service.pass_on(who, ref, form.where.data, form.reason.data or ""),
        _l("照会中にしました。"),
    ),
    "bring_back": Way(
        lambda who, ref, form: service.bring_back(who, ref, form.reason.data or ""), _l("照会先から戻しました。")
    ),
    "close": Way(lambda who, ref, form: service.close(who, ref), _l("終わりにしました。")),
    "withdraw": Way(lambda who, ref, form: service.withdraw(who, ref, form.reason.data), _l("取り下げました。")),
}
#: Whose words the page keeps while they are typed (service/typing.py).
TYPED_IN = {"draft": "answer", "hand_in": "answer", "answer": "answer"} | {
    part: part for part in ("ask_back", "note", "enter")
}
_ADDRESSES = ",".join(f"'{action.replace('_', '-')}'" for action in WAYS)


@pages.post(f"/counseling/desk/<ref>/<any({_ADDRESSES}):step>")
@WRITES
@signed_in_only
def take_step(ref: str, step: str) -> ResponseReturnValue:
    try:
        return _taken(actor(), ref, step.replace("-", "_"))
    except NotThere:
        # Whoever was recalled while they wrote must not lose their words with the request; strangers get their own.
        end_reading()
        typed = request.form.get("body", "") or request.form.get("reason", "")
        if not typed.strip():
            raise
        return page("desk/gone", 404, typed=typed)


def _taken(who: Actor, ref: str, action: str) -> ResponseReturnValue:
    desk_queries.work_on(who, ref)
    form = _form(who, ref, action)
    end_reading()
    if request.form.get("do") == "discard":
        typing.forget(who, ref, "answer")
        return web.see_other(f"/counseling/desk/{ref}#answer")
    if isinstance(form, DraftForm) and (typed := _while_writing(who, ref, action, form)):
        return work_page(who, ref, typed=typed)
    if not form.validate():
        return work_page(who, ref, 422, Typed(action, form))
    way = WAYS[action]
    try:
        way.take(who, ref, form)
    except Clash as clash:
        return work_page(who, ref, 409, _clashed(action, form, clash))
    except MayNot as refused:
        if isinstance(form, AskExpertForm) and refused.why != "state":
            form.refuse(form.expert, words.why_not(refused.why))
            return work_page(who, ref, 422, Typed(action, form))
        return work_page(who, ref, 403, Typed(action, form, words.why_not(refused.why)))
    if part := TYPED_IN.get(action):
        typing.forget(who, ref, part)
    flash(str(way.said))
    return web.see_other("/counseling/desk" if way.leaves else f"/counseling/desk/{ref}{way.to}")


@pages.post("/counseling/desk/<ref>/keep/<part>")
@KEEPS
@signed_in_only
def keep_typed(ref: str, part: str) -> ResponseReturnValue:
    """At each pause of typing, so that sending one form of the page loses nothing of the others."""
    who = actor()
    desk_queries.work_on(who, ref)
    form = DraftForm()
    typing.keep(who, ref, part, form.body.data or "", form.saved_count)
    return "", 204


def _form(who: Actor, ref: str, action: str) -> Form:
    kind = FORMS[action]
    if not issubclass(kind, AskExpertForm):
        return kind()
    place = desk_queries.place(who)
    end_reading()
    found = offers(who, ref, place.at_desk).proposals
    return kind([each.expert_id for each in found], [each.expert_id for each in found if each.hindrance])


def _clashed(action: str, form: Any, clash: Clash) -> Typed:
    """Both texts stay: the writer's in the field, the other beside it; saving again is a choice then."""
    form.other.data, form.saved.data = clash.text, str(clash.saved)
    name = desk_queries.handle_of(clash.editor_id)
    end_reading()
    return Typed(action, form, clash_name=name, is_clash=True)


def _while_writing(who: Actor, ref: str, action: str, form: DraftForm) -> Typed | None:
    """The buttons that only change the text before one: nothing is saved by them. None for all others."""
    do = request.form.get("do", "")
    if do == "swap":
        form.body.data, form.other.data = form.other.data, form.body.data
        return Typed(action, form)
    if do == "preview":
        return Typed(action, form, preview=preview_of(form.body.data or ""))
    if do == "block":
        written = form.block.data or ""
        found = next((row for row in desk_queries.blocks() if str(row.id) == written), None)
        end_reading()
        if found is not None:
            # What the blanks stand for is of the request: opening it is a look like any other.
            values = desk_shown.placeholders(reading.open_request(who, ref), locale())
            before = (form.body.data or "").rstrip()
            form.body.data = (f"{before}\n\n" if before else "") + blocks.filled(found.source, values)
        return Typed(action, form)
    return None
