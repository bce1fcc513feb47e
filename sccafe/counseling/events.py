"""What counseling tells the floors above: that something happened to a request, and never what stands in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestMoved:
    """A request took a step, or was sent (`action` is "sent") or needs a reminder ("first_soon", "answer_late" …).

    Two more things happen without a step: an invitation ran out ("lapse"), and a rule found no expert ("nobody"). The
    agreement by which an answer is published is told as "published".
    """

    request_id: int
    action: str
    state: str
    #: Whoever acted; None for askers without an account, rules and the clock.
    actor_id: int | None
    #: The account that asks, if one does and it concerns them.
    asker_id: int | None
    #: The experts whom it concerns: those assigned now, and those who were until this step.
    expert_ids: tuple[int, ...] = ()
    #: The desk's people: all who are active.
    desk_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class RequestSeen:
    """Somebody has opened a request: what told them of it is seen."""

    request_id: int
    user_id: int


@dataclass(frozen=True)
class RequestGone:
    """A request is about to be deleted for good: its rows are still there, and go with this transaction."""

    request_id: int
    #: Who of the desk deletes it; None where its asker or the clock does.
    actor_id: int | None = None


@dataclass(frozen=True)
class AskerForgotten:
    """Whose request it was is about to be forgotten with its texts: it is theirs no longer."""

    request_id: int
    user_id: int
