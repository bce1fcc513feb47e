"""Who is told of which step of a request: one table. Nobody is told a word of it, and whoever acted is not told."""

from typing import Final

from sccafe.accounts.events import AccountSuspended, CounselingDeskChanged, RoleChanged
from sccafe.core.events import on
from sccafe.counseling import readable
from sccafe.counseling.events import AskerForgotten, RequestGone, RequestMoved, RequestSeen
from sccafe.notifications import policy, service
from sccafe.notifications.models import Notice

#: Step or reminder | who is told | what was told before and is over with it. `asked` is the expert asked last,
#: `expert` the one who is to answer, `experts` are all who may open it now, `keepers` they or the desk where there are
#: none, `insiders` the desk and the experts who read notes; `former` had it until this step, may not open it any more,
#: and are told just that.
_TABLE: Final = """
sent          | desk                |
take          |                     | sent
assign        | asked               | sent hand_back expire nobody
recall        | former              | nobody
accept        | asker desk experts  | expire
hand_back     | desk                |
expire        | desk former         |
lapse         | desk expert former  |
nobody        | desk                |
invite        | asked               |
leave         | desk experts        |
ask_back      | asker experts       | sent first_soon first_late
reply         | keepers             | reply_soon
add           | keepers             |
follow_up     | keepers             |
enter         | keepers             | reply_soon
draft         |                     |
hand_in       | desk                |
send_back     | expert              | hand_in
answer        | asker experts       | sent hand_back expire nobody hand_in first_soon first_late answer_soon answer_late
pass_on       | asker former        | sent hand_back expire nobody
bring_back    | asker               |
note          | insiders            |
close         | asker experts       | reply_soon
withdraw      | asker desk former   | sent hand_back expire nobody hand_in reply_soon
rate          | desk experts        |
propose       | asker expert        |
agree         | desk                |
consent       | desk expert         |
published     | asker desk expert   | propose
unpublish     | asker desk expert   | propose
export        |                     |
delete        |                     |
first_soon    | desk experts        |
first_late    | desk experts        | first_soon
answer_soon   | desk experts        |
answer_late   | desk experts        | answer_soon
reply_soon    | asker               |
"""


def _cells(line: str) -> list[list[str]]:
    return [cell.split() for cell in line.split("|")]


TOLD: Final[dict[str, tuple[list[str], list[str]]]] = {
    action: (who, done) for [action], who, done in map(_cells, _TABLE.strip().splitlines())
}


def _told(event: RequestMoved) -> dict[int, str]:
    """Who is told, and of what: the step, or that they have nothing more to do with the request."""
    who, _done = TOLD.get(event.action, ([], []))
    if not who:
        return {}
    assigned = readable.assigned(event.request_id)
    asker = set() if event.asker_id is None else {event.asker_id}
    may = readable.who_may_open(
        event.request_id, {*event.desk_ids, *assigned.everyone, *asker}, inside="insiders" in who
    )
    experts, desk = may & assigned.everyone, may & set(event.desk_ids)
    groups = {
        "asker": may & asker,
        "asked": may & assigned.asked,
        "expert": may & assigned.main,
        "experts": experts,
        "keepers": experts or desk,
        "desk": desk,
        "insiders": may,
    }
    told = dict.fromkeys(set(event.expert_ids) - assigned.everyone, policy.OVER) if "former" in who else {}
    told |= {user_id: event.action for group in who for user_id in groups.get(group, ())}
    if event.actor_id is not None:
        told.pop(event.actor_id, None)
    return told


@on(RequestMoved)
def request_moved(event: RequestMoved) -> None:
    _who, done = TOLD.get(event.action, ([], []))
    service.tell_of_request(event.request_id, _told(event), done)


@on(RequestSeen)
def request_seen(event: RequestSeen) -> None:
    service.mark_request_seen(event.user_id, event.request_id)


@on(RequestGone)
def request_gone(event: RequestGone) -> None:
    service.withdraw(Notice.request_id == event.request_id)


@on(AskerForgotten)
def asker_forgotten(event: AskerForgotten) -> None:
    service.withdraw(Notice.request_id == event.request_id, Notice.user_id == event.user_id)


def _forget_of_others(user_id: int) -> None:
    """Whoever leaves the desk, or the site, keeps nothing that was told them of others' requests."""
    service.withdraw(Notice.user_id == user_id, service.unreadable_of_requests())


@on(AccountSuspended)
def account_suspended(event: AccountSuspended) -> None:
    _forget_of_others(event.user_id)


@on(RoleChanged)
def role_changed(event: RoleChanged) -> None:
    _forget_of_others(event.user_id)


@on(CounselingDeskChanged)
def counseling_desk_changed(event: CounselingDeskChanged) -> None:
    _forget_of_others(event.user_id)
