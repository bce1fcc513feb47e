"""Mail says what its reader may read at the moment of sending, whatever has changed since it was called for."""

import shutil
from collections.abc import Callable, Iterator
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from sqlalchemy import delete, select

from sccafe.accounts import service as accounts
from sccafe.accounts.sessions import viewer_of
from sccafe.boards import erasing as boards_erasing
from sccafe.boards import measures
from sccafe.boards import service as boards
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.models import Board
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job, run_due
from sccafe.core.mail import OutboxMail
from sccafe.moderation import erasing
from sccafe.moderation import service as moderation
from sccafe.notifications import service as notifications
from tests.wall import world_of_counseling
from tests.wall.answers import MEMBERS, READERS, STAFF
from tests.wall.expectations import MEASURES, titles
from tests.wall.expectations_of_checks import MAILED_TO_WRITER
from tests.wall.markers import found_in, text, token
from tests.wall.stage import Stage
from tests.wall.world import HANDLES, ROLES, World


@pytest.fixture
def mails(site: Stage) -> Iterator[Callable[[], dict[str, str]]]:
    """Send everything that waits: all mail by whom it goes to (the name in a `mail-…` marker)."""
    folder = site.app.config["SETTINGS"].data / "mail"

    def sent() -> dict[str, str]:
        run_due(site.app)
        found: dict[str, str] = {}
        for path in sorted(folder.glob("*.eml")):
            message: Any = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            (reader,) = found_in(str(message["To"]))
            name = reader.removeprefix("mail-")
            found[name] = found.get(name, "") + f"{message}\n{message['Subject']}\n{message.get_content()}\n"
        return found

    with site.app.app_context():
        yield sent
        db.session.remove()
    shutil.rmtree(folder, ignore_errors=True)


def _who(world: World, name: str) -> Viewer:
    found = viewer_of(world.ids[f"user_{name}"])
    end_reading()
    assert found is not None
    return found


def _readable(reader: str) -> set[str]:
    """What a mail to this person may hold: what they may read, and what was told to them alone."""
    own = {f"mail-{reader}", f"handle-{reader}", f"why-{reader}"}
    if reader == "shadow":
        own |= {"masked-topic", "masked-answer", "why-masked", "why-identity-done"}
    if reader in ("asked", "stranger", "shadow", *(name for name in ROLES if ROLES[name] == "member")):
        own |= {"prompt-title", "prompt-question"}
    if reader not in HANDLES or reader not in {*ROLES, "gardener"}:
        return own
    viewer = "secretariat" if reader == "gardener" else reader
    texts = {f"{kind}-{a}" for a, readers in READERS.items() if viewer in readers for kind in ("post", "reply")}
    texts |= {"masked-post", "masked-reply", "post-states", "locked-post", "back-post", "post-erased"}
    if viewer in MEMBERS:
        texts |= {"moved-post", "moved-reply"}
    if viewer in STAFF:
        texts |= {"held-reply", "hidden-topic-reply"}
    told = {*MEASURES, *MAILED_TO_WRITER} if reader == "writer" else set()
    return own | titles(viewer) | texts | told


def test_every_waiting_mail_tells_its_reader_only_what_they_may_read(
    site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    sent = mails()
    beyond = {reader: found_in(mail) - _readable(reader) for reader, mail in sent.items()}
    assert {reader: sorted(told) for reader, told in beyond.items() if told} == {}

    # They do say something, each to the person concerned.
    told = {reader: found_in(mail) for reader, mail in sent.items()}
    assert told["writer"] >= {*MEASURES, "topic-public", "moved-topic", "moved-reply"}
    assert told["gardener"] >= {f"reply-{audience}" for audience in ("public", "network", "members", "experts")}
    assert told["writer"] >= set(MAILED_TO_WRITER)
    assert f"/library/check/{site.world.ids['token_check_writer']}" in sent["writer"]
    assert told["suspended"] >= {"why-suspended"}
    assert told["refused"] >= {"why-refused"}
    # Whoever writes anonymously is told as well, and named in nobody else's mail.
    assert told["shadow"] >= {"masked-answer", "why-masked", "why-identity-done"}
    assert told["unconfirmed"] >= {"handle-unconfirmed"}
    assert "/moderation/reports/" in sent["secretariat"]
    assert {"new", "invited", "member"} <= set(sent)
    for reader in ("member", "writer", "newcomer", "shadow", "asked", "stranger"):
        assert told[reader] >= {"prompt-title", "prompt-question"}
    assert "/written/" in sent["told"]
    assert "prompt-title" not in told["suspended"]


def test_mails_of_counseling_reach_its_people_and_say_nothing_of_a_request(
    site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    sent = mails()
    for reader, said in (
        ("member", "あなたの相談に、答えが届きました"),
        ("expert", "相談のお願いが届いています"),
        ("secretariat", "窓口に新しい相談が届きました"),
        ("request-visitor", "ご相談を受け付けました"),
    ):
        assert said in sent[reader]
    refs = {site.world.ids[f"ref_{name}"] for name in world_of_counseling.REQUESTS}
    for reader, mail in sent.items():
        # The visitor's own address is where theirs went.
        assert found_in(mail) & set(world_of_counseling.MARKERS) <= {"mail-request-visitor"} & {f"mail-{reader}"}
        assert not [ref for ref in refs if ref in mail], reader


# --- what changes between the event and its mail ------------------------------------------------------


def _becomes_a_company(world: World) -> None:
    accounts.change_role(_who(world, "admin"), world.ids["user_member"], "industry")


def _is_suspended(world: World) -> None:
    accounts.suspend_account(_who(world, "admin"), world.ids["user_member"], "理由")


def _topic_is_moved(world: World) -> None:
    measures.move_topic(_who(world, "admin"), world.ids["topic_asked"], world.ids["board_staff"], "理由")


def _topic_is_hidden(world: World) -> None:
    measures.change_topic(_who(world, "admin"), world.ids["topic_asked"], "hidden", "理由")


def _board_is_narrowed(world: World) -> None:
    row = db.session.execute(select(Board).where(Board.id == world.ids["board_members"])).scalar_one()
    values = {name: getattr(row, name) for name in BoardValues.__dataclass_fields__}
    end_reading()
    save_board(_who(world, "admin"), world.ids["board_members"], BoardValues(**(values | {"audience": "experts"})))


def _answer_is_hidden(world: World) -> None:
    measures.hide_post(_who(world, "admin"), world.ids["reply_asked"], "理由")


def _answer_is_deleted(world: World) -> None:
    boards.delete_post(_who(world, "writer"), world.ids["reply_asked"])


def _answer_is_erased(world: World) -> None:
    boards_erasing.erase_post(_who(world, "admin"), world.ids["reply_asked"], "理由")


def _its_words_are_erased(world: World) -> None:
    erasing.erase_words(_who(world, "admin"), token("mailed-answer"), "理由")


def _answer_is_rewritten(world: World) -> None:
    boards.edit_post(_who(world, "writer"), world.ids["reply_asked"], boards.prepare("書き直した答え"))


def _topic_is_muted(world: World) -> None:
    notifications.set_muted(_who(world, "member"), world.ids["topic_asked"], True)


def _such_mail_is_switched_off(world: World) -> None:
    notifications.set_preferences(_who(world, "member"), {"answer": (True, False)})


#: What happens, and whether the topic's title may still be mailed then.
MEANWHILE = {
    "the reader becomes a company": (_becomes_a_company, False),
    "the reader is suspended": (_is_suspended, False),
    "the topic is moved to the secretariat": (_topic_is_moved, False),
    "the topic is hidden": (_topic_is_hidden, False),
    "the board is narrowed to experts": (_board_is_narrowed, False),
    "the answer is hidden": (_answer_is_hidden, False),
    "the answer is deleted": (_answer_is_deleted, False),
    "the answer is erased": (_answer_is_erased, True),
    "the answer's words are erased": (_its_words_are_erased, True),
    "the answer is rewritten": (_answer_is_rewritten, True),
    "the reader mutes the topic": (_topic_is_muted, False),
    "the reader switches such mail off": (_such_mail_is_switched_off, False),
}


def _nothing_else_waits() -> None:
    """To send what has waited since the planting takes seconds; what becomes of that, the first tests here look at."""
    with writing() as session:
        for model in (Job, OutboxMail):
            session.execute(delete(model))


def _asked_and_answered(world: World) -> None:
    """A member's question among members, and an answer whose mail waits."""
    asked = boards.start_topic(
        _who(world, "member"), world.ids["board_members"], text("mailed-topic"), boards.prepare("質問")
    )
    answer = boards.reply(_who(world, "writer"), asked.topic_id, None, boards.prepare(text("mailed-answer")))
    world.ids |= {"topic_asked": asked.topic_id, "reply_asked": answer.post_id}


def test_a_mail_called_for_before_reaches_whoever_may_still_read_it(
    site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    _nothing_else_waits()
    _asked_and_answered(site.world)
    assert found_in(mails()["member"]) >= {"mailed-topic", "mailed-answer"}


@pytest.mark.parametrize("happens", MEANWHILE)
def test_a_waiting_mail_does_not_tell_of_an_answer_where_meanwhile(
    happens: str, site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    change, title_may_be_told = MEANWHILE[happens]
    _nothing_else_waits()
    _asked_and_answered(site.world)
    change(site.world)
    told = found_in(mails().get("member", ""))
    assert "mailed-answer" not in told
    assert title_may_be_told or "mailed-topic" not in told


def _leaves_the_secretariat(world: World) -> None:
    accounts.change_role(_who(world, "admin"), world.ids["user_secretariat"], "member")


def _report_is_handed_on(world: World) -> None:
    for name in ("open", "experts"):
        moderation.assign_report(_who(world, "admin"), world.ids[f"report_{name}"], world.ids["user_gardener"])


def _report_is_closed(world: World) -> None:
    for name in ("open", "experts"):
        moderation.close_report(_who(world, "admin"), world.ids[f"report_{name}"], "dismissed", "")


@pytest.mark.parametrize("happens", [_leaves_the_secretariat, _report_is_handed_on, _report_is_closed])
def test_nobody_is_mailed_of_a_report_that_is_not_theirs_any_more(
    happens: Callable[[World], None], site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    happens(site.world)
    assert "/moderation/reports/" not in mails().get("secretariat", "")


def test_a_mail_that_may_not_be_sent_is_emptied_like_one_that_was(
    site: Stage, mails: Callable[[], dict[str, str]]
) -> None:
    _asked_and_answered(site.world)
    _is_suspended(site.world)
    mails()
    rows = db.session.scalars(select(OutboxMail)).all()
    assert {row.state for row in rows} == {"sent", "dropped"}
    assert not [row.id for row in rows if row.recipient or row.subject or row.body]
