"""The page on which one request is worked on, for the desk and for experts, with the forms of what each may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from sccafe.accounts.forms.base import Form
from sccafe.core.database import end_reading
from sccafe.core.language import locale
from sccafe.counseling import desk_forms, desk_queries, desk_shown, policy, proposing, reading
from sccafe.counseling.blueprint import page
from sccafe.counseling.desk_forms import DraftForm
from sccafe.counseling.proposing import Proposal, Proposed
from sccafe.counseling.reading import Conversation
from sccafe.counseling.service import Actor, openings, typing

#: action of policy's table -> its form.
FORMS: dict[str, type[Form]] = {
    "take": desk_forms.PressForm,
    "assign": desk_forms.AskExpertForm,
    "recall": desk_forms.RecallForm,
    "accept": desk_forms.PressForm,
    "hand_back": desk_forms.HandBackForm,
    "invite": desk_forms.AskExpertForm,
    "leave": desk_forms.LeaveForm,
    "ask_back": desk_forms.SayForm,
    "note": desk_forms.SayForm,
    "enter": desk_forms.SayForm,
    "draft": DraftForm,
    "hand_in": DraftForm,
    "answer": DraftForm,
    "send_back": desk_forms.SendBackForm,
    "pass_on": desk_forms.PassOnForm,
    "bring_back": desk_forms.BringBackForm,
    "close": desk_forms.PressForm,
    "withdraw": desk_forms.WithdrawForm,
}
#: These share one form and its text.
DRAFTING = ("draft", "hand_in", "answer")


@dataclass(frozen=True)
class Typed:
    """What came with a form that was not taken, or not yet."""

    action: str
    form: Form
    #: Why the step is not open, in words.
    why: str = ""
    #: Who saved the draft meanwhile.
    clash_name: str = ""
    is_clash: bool = False
    preview: Markup | str = ""

    @property
    def text(self) -> str:
        """The words that were typed, whatever the form."""
        for name in ("body", "reason"):
            if name in self.form and self.form[name].data:
                return str(self.form[name].data)
        return ""


def offers(actor: Actor, ref: str, at_desk: bool) -> Proposed:
    """Whom one could ask. Experts are shown those alone against whom nothing speaks: why somebody is left out could
    tell them who asks. Raises NotThere."""
    found = proposing.proposed(actor, ref)
    return found if at_desk else Proposed([each for each in found.proposals if not each.hindrance], "")


def work_page(actor: Actor, ref: str, status: int = 200, typed: Typed | None = None) -> ResponseReturnValue:
    """The request with what this reader may see and do; the look is recorded. Raises NotThere."""
    opened = reading.open_request(actor, ref)
    language = locale()
    steps = reading.history(opened)
    at_desk = "desk" in opened.capacities
    needs_look = desk_queries.needs_look(opened.category)
    may = {action: opened.may(action) for action in policy.ACTIONS}
    may["enter"] = may["enter"] and policy.may_enter(opened.way)
    may["send_back"] = may["send_back"] and opened.draft_handed_in
    may_send = may["answer"] and desk_queries.may_send(actor, opened.id, at_desk, needs_look)
    blocks = desk_queries.blocks() if may["draft"] else ()
    words = typing.kept(actor, ref)
    end_reading()
    # To whom it is given anew: also those who were asked in before.
    there = set() if may["assign"] else {row.expert_id for row in opened.experts}
    experts: Sequence[Proposal] = ()
    nobody = ""
    if may["assign"] or may["invite"]:
        offered = offers(actor, ref, at_desk)
        experts, nobody = [each for each in offered.proposals if each.expert_id not in there], offered.nobody
    return page(
        "desk/work",
        status,
        w=desk_shown.work(opened, steps, actor.viewer.user_id, language),
        may=may,
        may_send=may_send,
        needs_look=needs_look,
        at_desk=at_desk,
        inside=policy.may_read_inside(opened.state, opened.capacities),
        handed_in=opened.draft_handed_in,
        draft_editor=opened.draft_editor,
        has_draft=bool(opened.draft_saved),
        waits_for_reply=opened.state == "asker",
        opens=request.args.get("open", ""),
        forms=_forms(opened, may, typed, words),
        restored=may["draft"] and not (typed and typed.action in DRAFTING) and _is_restored(opened, words),
        typed=typed,
        left=typed.text if typed and typed.why and not may.get(typed.action) else "",
        experts=experts,
        nobody=nobody,
        blocks=blocks,
        others=desk_shown.names(openings.others(actor, opened.id)),
    )


def _is_restored(opened: Conversation, words: dict[str, str]) -> bool:
    """Whether the reader had typed an answer that is not the shared draft."""
    return "answer" in words and words["answer"].split() != opened.draft.split()


def _forms(opened: Conversation, may: dict[str, bool], typed: Typed | None, words: dict[str, str]) -> dict[str, Form]:
    """A form for each step that is open, with what was typed and not sent; one that was not taken as it came."""
    made: dict[str, Form] = {}
    for action, kind in FORMS.items():
        if not may[action] or action in DRAFTING:
            continue
        more: dict[str, Any] = {"formdata": None} | ({"data": {"body": words[action]}} if action in words else {})
        made[action] = typed.form if typed and typed.action == action else kind(**more)
    if may["draft"]:
        if typed and typed.action in DRAFTING:
            made["draft"] = typed.form
        else:
            values = {"body": opened.draft, "saved": str(opened.draft_saved)}
            if _is_restored(opened, words):
                values = {"body": words["answer"], "saved": words.get("saved", "0")}
            made["draft"] = DraftForm(formdata=None, data=values)
    return made
