"""What desk and experts write: questions back, notes, the shared draft, and the answer."""

from sqlalchemy import delete

from sccafe.core import clock
from sccafe.counseling import policy, rendering
from sccafe.counseling.errors import Clash, MayNot
from sccafe.counseling.models import AnswerDraft, Note
from sccafe.counseling.service.stepping import Actor, Step, stepping, was_asked


def ask_back(actor: Actor, ref: str, body: str) -> None:
    """Ask the asker; until they reply, the clock stands. Raises NotThere, MayNot."""
    html = rendering.prepared(body)
    with stepping(actor, ref, "ask_back") as step:
        step.say("ask_back", body, html, step.capacity, step.actor_id)
        step.request.first_response_at = step.request.first_response_at or clock.now()


def note(actor: Actor, ref: str, body: str) -> None:
    """Write an internal note. Raises NotThere, MayNot."""
    html = rendering.prepared(body)
    with stepping(actor, ref, "note") as step:
        step.session.add(
            Note(
                request_id=step.request.id,
                author_id=step.actor_id,
                text=step.seal.close(body),
                html=step.seal.close(html),
                created_at=clock.now(),
            )
        )


def enter(actor: Actor, ref: str, body: str) -> None:
    """Write down what the asker said by telephone or the like, for requests that did not come by the form.

    Raises NotThere, MayNot.
    """
    html = rendering.prepared(body)
    with stepping(actor, ref, "enter") as step:
        if not policy.may_enter(step.request.way):
            raise MayNot("way")
        is_new_question = step.request.state in ("answered", "closed")
        step.say("question" if is_new_question else "reply", body, html, "asker", None)
        if is_new_question:
            step.request.asked_at = clock.now()


def save_draft(actor: Actor, ref: str, body: str, saved: int) -> int:
    """Save the shared draft; `saved` is the count that the writer saw (0: none). Gives the new count.

    Raises Clash where somebody else has saved meanwhile, NotThere, MayNot.
    """
    with stepping(actor, ref, "draft") as step:
        return _save(step, body, saved).saved


def _save(step: Step, body: str, saved: int) -> AnswerDraft:
    draft = step.session.get(AnswerDraft, step.request.id, populate_existing=True)
    if draft is None:
        draft = AnswerDraft(request_id=step.request.id, saved=0, handed_in=False)
        step.session.add(draft)
    elif draft.saved != saved and step.seal.open(draft.text) != body:
        raise Clash(step.seal.open(draft.text), draft.saved, draft.editor_id)
    draft.text, draft.editor_id, draft.saved_at = step.seal.close(body), step.actor_id, clock.now()
    draft.saved += 1
    step.session.flush()
    return draft


def hand_in(actor: Actor, ref: str, body: str, saved: int) -> None:
    """The expert gives the answer to the desk for a second look. Raises Clash, NotThere, MayNot."""
    with stepping(actor, ref, "hand_in") as step:
        _save(step, body, saved).handed_in = True


def send_back(actor: Actor, ref: str, reason: str) -> None:
    """The desk gives the draft back to the expert, and says why. Raises NotThere, MayNot (also where none waits)."""
    with stepping(actor, ref, "send_back", reason) as step:
        draft = step.session.get(AnswerDraft, step.request.id, populate_existing=True)
        if draft is None or not draft.handed_in:
            raise MayNot("no_draft")
        draft.handed_in = False


def answer(actor: Actor, ref: str, body: str, saved: int) -> None:
    """Let the answer out; the draft goes in the same transaction.

    What the expert handed in is theirs, also where the desk lets it out; what the desk has changed is the desk's.
    Raises Clash, NotThere, and MayNot (also "look" where the category asks for a second look and an expert of the
    request sends, be they of the desk too).
    """
    html = rendering.prepared(body)
    with stepping(actor, ref, "answer") as step:
        asked = was_asked(step.session, step.request.id, step.actor_id)
        if not policy.may_send_answer(step.capacity, step.rule.second_look, asked):
            raise MayNot("look")
        capacity, author_id = step.capacity, step.actor_id
        if capacity == "desk" and (expert_id := _handed_in_by(step, body)) is not None:
            capacity, author_id = "expert", expert_id
        _save(step, body, saved)
        step.say("answer", body, html, capacity, author_id)
        step.session.execute(delete(AnswerDraft).where(AnswerDraft.request_id == step.request.id))
        now = clock.now()
        step.request.first_response_at = step.request.first_response_at or now
        step.request.answered_at = step.request.answered_at or now


def _handed_in_by(step: Step, body: str) -> int | None:
    """The expert who answers, where this is the very text that they handed in and nobody has changed since."""
    draft = step.session.get(AnswerDraft, step.request.id, populate_existing=True)
    main = [one.expert_id for one in step.assigned() if not one.is_second and one.state == "accepted"]
    if draft is None or not draft.handed_in or draft.editor_id not in main:
        return None
    return draft.editor_id if step.seal.open(draft.text) == body else None
