"""One planted world: a marker in one thing of every kind, audience and state, made by the services that people use."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from sccafe.accounts import passwords
from sccafe.accounts import service as accounts
from sccafe.accounts.models import Invitation, User
from sccafe.accounts.service import Details
from sccafe.accounts.sessions import viewer_of
from sccafe.boards import drafts, measures, meetings, outcomes, polls, waiting
from sccafe.boards import erasing as boards_erasing
from sccafe.boards import service as boards
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.models import Attachment, Draft, Topic
from sccafe.bookmarks import service as bookmarks
from sccafe.bookmarks.models import Bookmark
from sccafe.core import clock, site_settings
from sccafe.core.audience import AUDIENCES, Viewer, system
from sccafe.core.calendar import add_business_days
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.core.uploads import Upload, take
from sccafe.moderation import erasing, identity
from sccafe.moderation import service as moderation
from sccafe.notifications import mails as notice_mails
from sccafe.notifications import service as notifications
from sccafe.notifications.models import Notice
from sccafe.prompts import answering, entering, tokens
from sccafe.prompts import service as prompts
from sccafe.prompts.models import PromptRecipient
from sccafe.search import families
from sccafe.search import service as search
from sccafe.site import service as site
from tests.factories import PASSWORD
from tests.files import image
from tests.wall import world_of_counseling, world_of_library
from tests.wall.markers import text, token

#: Who looks at the site in these tests, and with which role. The suspended person comes with the session they had.
ROLES = {
    "member": "member",
    "writer": "member",
    "newcomer": "member",
    "expert": "expert",
    "industry": "industry",
    "secretariat": "secretariat",
    "admin": "admin",
    "suspended": "member",
}
#: People of whom only the secretariat knows.
UNSEEN = ("suspended", "unconfirmed", "awaiting", "refused")
HANDLES = {
    "member": "みどり",
    "writer": "はるか",
    "newcomer": "わかば",
    "expert": "さくら",
    "industry": "みせばん",
    "secretariat": "なかむら",
    "admin": "まえだ",
    "gardener": "にわし",
    # Writes anonymously only: their name is a marker, and stands beside nothing that they wrote.
    "shadow": token("handle-shadow"),
} | {name: token(f"handle-{name}") for name in UNSEEN}
#: Files that are pictures.
PICTURES = ("moved", "hidden")
#: Somebody's workplace, town and its size, read by those who are signed in.
WORKPLACE, TOWN, SIZE = "中間支援組織", "八丈町", "1万人未満"


@dataclass
class World:
    """What was planted: `ids` fill the addresses of the expectation table, by the names of the things."""

    ids: dict[str, Any] = field(default_factory=dict)

    def address(self, written: str) -> str:
        return written.format(**self.ids)


@dataclass
class _Planter:
    world: World
    minutes: int = 0

    @contextmanager
    def later(self) -> Iterator[None]:
        """Some minutes after what was planted before: what is planted last stands first in every list."""
        self.minutes += 5
        with clock.pretending(clock.now() - timedelta(days=2) + timedelta(minutes=self.minutes)):
            yield

    def who(self, name: str) -> Viewer:
        found = viewer_of(self.world.ids[f"user_{name}"])
        end_reading()
        assert found is not None
        return found

    def topic(self, name: str, board: str, by: str, title: str, post: str, file: str = "", more: str = "") -> None:
        """`name` gives ids: topic_… and post_…; title and post are written as they stand."""
        with self.later():
            made = boards.start_topic(
                self.who(by),
                self.world.ids[f"board_{board}"],
                title,
                boards.prepare(post),
                ["shopping"],
                naming=_naming(by),
                files=_upload(file, more),
            )
        self.world.ids |= {f"topic_{name}": made.topic_id, f"post_{name}": made.post_id}
        self._note_file(file, made.post_id)

    def reply(self, name: str, topic: str, by: str, post: str, file: str = "") -> None:
        with self.later():
            made = boards.reply(
                self.who(by),
                self.world.ids[f"topic_{topic}"],
                None,
                boards.prepare(post),
                naming=_naming(by),
                files=_upload(file),
            )
        self.world.ids[f"reply_{name}"] = made.post_id
        self._note_file(file, made.post_id)

    def _note_file(self, file: str, post_id: int) -> None:
        """`file` gives its id: file_…, with its hyphens as in other ids."""
        if file:
            found = db.session.scalar(select(Attachment.id).where(Attachment.post_id == post_id))
            end_reading()
            self.world.ids[f"file_{file.replace('-', '_')}"] = found

    def edit(self, post: str, by: str, new: str) -> None:
        with self.later():
            boards.edit_post(self.who(by), self.world.ids[post], boards.prepare(new))

    def draft(self, name: str, place: str, by: str, body: str) -> None:
        who, where = self.who(by), drafts.read_place(self.world.address(place))
        assert where is not None
        drafts.keep(who, where, drafts.Words(body))
        self.world.ids[f"draft_{name}"] = db.session.scalar(
            select(Draft.id).where(Draft.user_id == who.user_id, Draft.place == str(where))
        )
        end_reading()

    def bookmark(self, name: str, post: str, by: str, note: str) -> None:
        who, number = self.who(by), self.world.ids[post]
        bookmarks.save(who, number, note, None)
        self.world.ids[f"bookmark_{name}"] = db.session.scalar(
            select(Bookmark.id).where(Bookmark.user_id == who.user_id, Bookmark.post_id == number)
        )
        end_reading()

    def report(self, name: str, post: str, by: str, note: str) -> None:
        with self.later():
            self.world.ids[f"report_{name}"] = moderation.report_post(
                self.who(by), self.world.ids[post], "personal_details", note
            )


def _naming(by: str) -> boards.Naming:
    return boards.Naming(anonymous=by == "shadow", with_position=True)


def _upload(file: str, more: str = "") -> list[Upload]:
    """A file whose name and text carry markers; two of them are pictures, which have no text."""
    if not file:
        return []
    content = image() if file in PICTURES else text(f"inside-{file}").encode()
    return [take(io.BytesIO(content), f"{text(f'file-{file}')}{more}", 1024**2)]


def build() -> World:
    """Plant everything, inside an application context."""
    planter = _Planter(World())
    _people(planter)
    _boards(planter)
    world_of_counseling.plant(planter)
    _prompts(planter)
    _meetings(planter)
    _states(planter)
    _audiences(planter)
    _reports(planter)
    _accounts(planter)
    _site(planter)
    world_of_library.plant(planter)
    _notices(planter)
    end_reading()
    return planter.world


# --- people -------------------------------------------------------------------------------------------


def _people(planter: _Planter) -> None:
    password_hash = passwords.hash_password(PASSWORD)
    # Reports are handed to the member of the secretariat with the lowest number, who is one of those who look.
    for name in (*ROLES, "gardener", "shadow", "awaiting", "refused"):
        with clock.pretending(clock.now() - timedelta(days=10)):
            planter.world.ids[f"user_{name}"] = accounts.register_person(
                f"{token(f'mail-{name}')}@example.jp",
                HANDLES[name],
                password_hash,
                ROLES.get(name, "secretariat" if name == "gardener" else "member"),
                "active" if name in (*ROLES, "gardener", "shadow") else "awaiting_approval",
                has_posted=name != "newcomer",
                real_name=text(f"name-{name}"),
                about=f"{text(f'about-{name}')} {token('erased-words')}",
                affiliation="intermediary",
                prefecture="13",
                municipality="134015",
                population="lt10k",
            )
    accounts.sign_up(
        email=f"{token('mail-unconfirmed')}@example.jp",
        password=PASSWORD,
        handle=HANDLES["unconfirmed"],
        details=Details(affiliation="intermediary"),
    )
    ids = planter.world.ids
    with writing() as session:
        session.execute(
            update(User)
            .where(User.handle == HANDLES["unconfirmed"])
            .values(real_name=text("name-unconfirmed"), about=text("about-unconfirmed"))
        )
    ids["user_unconfirmed"] = db.session.scalar(select(User.id).where(User.handle == HANDLES["unconfirmed"]))
    ids["token_sign_up"] = _mailed_token("/sign-up/confirm/")
    ids |= {f"handle_{name}": handle for name, handle in HANDLES.items()}
    with writing():
        site_settings.put(boards.HOLD_FIRST_POST, True)


def _mailed_token(path: str) -> str:
    """The token of the newest waiting mail that leads to this address."""
    bodies = db.session.scalars(select(OutboxMail.body).order_by(OutboxMail.id.desc())).all()
    end_reading()
    found = [match[1] for body in bodies if (match := re.search(re.escape(path) + r"([\w-]+)", body or ""))]
    return found[0]


# --- boards, topics, posts ------------------------------------------------------------------------------


def _board(planter: _Planter, name: str, slug: str, kind: str, audience: str) -> BoardValues:
    values = BoardValues(
        slug=slug,
        kind=kind,
        title=text(f"place-{name}"),
        title_en="",
        description=text(f"board-{name}"),
        description_en="",
        audience=audience,
        start="",
        anonymous_allowed=True,
        position=10,
        archived=False,
    )
    planter.world.ids[f"board_{name}"] = save_board(system(), None, values)
    planter.world.ids[f"slug_{name}"] = slug
    return values


def _boards(planter: _Planter) -> None:
    for audience in AUDIENCES:
        _board(planter, audience, f"for-{audience}", "questions", audience)
    _board(planter, "exchange", "exchange", "exchange", "public")
    _board(planter, "meeting", "meetings", "meeting", "members")
    archived = _board(planter, "archived", "archived", "exchange", "public")
    planter.topic("archived", "archived", "writer", text("topic-archived"), text("post-archived"))
    save_board(system(), planter.world.ids["board_archived"], BoardValues(**(vars(archived) | {"archived": True})))


def _prompts(planter: _Planter) -> None:
    """A question to members and to addresses, with an answer of every kind, and words that came by telephone."""
    ids, gardener = planter.world.ids, planter.who("gardener")
    question = boards.prepare(text("prompt-question"))
    addresses = {name: f"{token(f'mail-{name}')}@example.jp" for name in ("asked", "stranger")}
    with planter.later():
        until = (clock.now() + timedelta(days=30)).date()
        ids["prompt"] = prompts.open_prompt(gardener, ids["board_exchange"], text("prompt-title"), question, until)
        found = db.session.scalar(select(Topic.id).where(Topic.board_id == ids["board_exchange"]))
        end_reading()
        ids["topic_prompt"] = found
        prompts.send(gardener, ids["prompt"], prompts.Whom(roles=("member",), addresses=tuple(addresses.values())))
    rows = db.session.execute(
        select(PromptRecipient.user_id, PromptRecipient.address, PromptRecipient.seed).order_by(PromptRecipient.id)
    ).all()
    end_reading()
    names = {ids[f"user_{name}"]: name for name in HANDLES if f"user_{name}" in ids}
    by_address = {address: name for name, address in addresses.items()}
    for row in rows:
        ids[f"token_answer_{names.get(row.user_id) or by_address[row.address]}"] = tokens.token_of(row.seed)
    answers: list[tuple[str, answering.Shown, str, str]] = [
        ("shadow", "anonymous", "", "prompt-answer"),
        ("asked", "private", token("prompt-name"), "prompt-private"),
        # A stranger's first words wait.
        ("stranger", "named", "Yamada", "prompt-held"),
    ]
    for who, how, name, words in answers:
        with planter.later():
            answering.answer(ids[f"token_answer_{who}"], how, name, boards.prepare(text(words)))
    with planter.later():
        speaker = entering.Speaker(name="Yamada", email=f"{token('mail-told')}@example.jp")
        entering.enter_reply(gardener, ids["topic_prompt"], speaker, boards.prepare(text("entered-post")))
    ids["token_written"] = _mailed_token("/written/")


def _meetings(planter: _Planter) -> None:
    """For members: one that is open, with a poll in which somebody has voted; one that is over, with its outcome."""
    ids, keeper = planter.world.ids, planter.who("gardener")
    words = token("erased-words")
    today = clock.now().astimezone(clock.TOKYO).date()
    for name, closes_on in (("meeting", today + timedelta(days=30)), ("meeting_over", today - timedelta(days=1))):
        kind = name.replace("_", "-")
        planter.topic(name, "meeting", "gardener", text(f"topic-{kind}"), text(f"post-{kind}"))
        choices = (text(f"choice-{kind}"), f"{text(f'other-{kind}')} {words}")
        poll = polls.PollWanted(f"{text(f'question-{kind}')} {words}", choices)
        meetings.change(keeper, ids[f"topic_{name}"], meetings.Meeting(today - timedelta(days=9), None, poll))
        read = polls.poll_of(keeper, ids[f"topic_{name}"])
        end_reading()
        assert read is not None
        ids[f"choice_{name}"] = read.choices[0].id
        polls.vote(planter.who("shadow"), ids[f"topic_{name}"], [read.choices[0].id])
        meetings.change(keeper, ids[f"topic_{name}"], meetings.Meeting(today - timedelta(days=9), closes_on))
    over = ids["topic_meeting_over"]
    outcomes.write_outcome(keeper, over, boards.prepare(f"{text('outcome-meeting-over')} {words}"), today)
    # The secretariat is told that its day has come.
    outcomes.look_at_outcomes()


def _states(planter: _Planter) -> None:
    """On one board that everybody reads: what was hidden, held, deleted, erased, moved, locked."""
    ids, keeper = planter.world.ids, planter.who("gardener")

    planter.topic("states", "exchange", "writer", text("topic-states"), text("post-states"))
    planter.reply("hidden", "states", "writer", text("hidden-old"), file="hidden")
    planter.edit("reply_hidden", "writer", text("hidden-post"))
    planter.report("hidden", "reply_hidden", "member", text("note-hidden"))
    measures.hide_post(keeper, ids["reply_hidden"], text("why-hidden-post"))
    planter.reply("deleted", "states", "writer", text("deleted-old"), file="deleted")
    planter.edit("reply_deleted", "writer", text("deleted-post"))
    boards.delete_post(planter.who("writer"), ids["reply_deleted"])
    planter.reply("held", "states", "newcomer", text("held-reply"), file="held")

    planter.topic("held", "exchange", "newcomer", text("held-topic"), text("held-topic-post"), file="held-topic")
    planter.topic("hidden", "exchange", "writer", text("hidden-topic"), text("hidden-topic-post"), file="hidden-topic")
    planter.draft("hidden", "topic/{topic_hidden}", "writer", text("draft-hidden"))
    planter.reply("of_hidden_topic", "hidden", "member", text("hidden-topic-reply"))
    measures.change_topic(keeper, ids["topic_hidden"], "hidden", text("why-hidden-topic"))

    planter.topic("moved", "exchange", "writer", text("moved-topic"), text("moved-post"))
    planter.reply("moved", "moved", "member", text("moved-reply"), file="moved")
    planter.bookmark("moved", "reply_moved", "industry", text("bookmark-moved"))
    for reader in ("industry", "member"):
        notifications.set_muted(planter.who(reader), ids["topic_moved"], True)
    measures.move_topic(keeper, ids["topic_moved"], ids["board_members"], text("why-moved"))

    planter.topic("masked", "exchange", "shadow", text("masked-topic"), text("masked-post"))
    planter.reply("to_masked", "masked", "writer", text("masked-answer"))
    planter.reply("masked", "masked", "shadow", text("masked-old"))
    planter.edit("reply_masked", "shadow", text("masked-reply"))
    planter.reply("masked_hidden", "masked", "shadow", text("masked-hidden"))
    measures.hide_post(keeper, ids["reply_masked_hidden"], text("why-masked"))
    for name, post in (("open", "reply_masked"), ("done", "post_masked")):
        ids[f"release_{name}"] = identity.ask(planter.who("admin"), ids[post], text(f"why-identity-{name}"))
    identity.decide(keeper, ids["release_done"], release=True)

    planter.topic("locked", "exchange", "writer", text("locked-topic"), text("locked-post"))
    measures.change_topic(keeper, ids["topic_locked"], "locked", text("why-locked"))
    planter.topic("back", "exchange", "writer", text("back-topic"), text("back-post"))
    for measure in ("locked", "hidden", "restored"):
        measures.change_topic(keeper, ids["topic_back"], measure, text(f"why-back-{measure}"))

    words = token("erased-words")
    planter.topic(
        "erased", "exchange", "writer", f"{text('topic-erased')} {words}", f"{words} 前の文", "words", f" {words}"
    )
    planter.edit("post_erased", "writer", f"{text('post-erased')} {words}")
    planter.reply("erased", "erased", "writer", text("erased-text-old"), file="erased")
    planter.edit("reply_erased", "writer", text("erased-text"))
    boards_erasing.erase_post(keeper, ids["reply_erased"], text("why-erased-text"))

    # The newest of its board: a list that does not leave it out shows it first.
    planter.topic(
        "deleted", "exchange", "writer", text("deleted-topic"), text("deleted-topic-post"), file="deleted-topic"
    )
    boards.delete_post(planter.who("writer"), ids["post_deleted"])


def _audiences(planter: _Planter) -> None:
    """On each audience's board: a question with an edited answer, and one that waits."""
    ids = planter.world.ids
    writers = dict.fromkeys(AUDIENCES, "secretariat") | {"experts": "expert"}
    writers |= dict.fromkeys(("public", "network", "members"), "writer")
    for audience in AUDIENCES:
        planter.topic(audience, audience, "gardener", text(f"topic-{audience}"), text(f"post-{audience}"))
        planter.reply(audience, audience, writers[audience], text(f"old-{audience}"), file=audience)
        planter.edit(f"reply_{audience}", writers[audience], text(f"reply-{audience}"))
        with writing() as session:
            # Only meetings have one; here it is of a question, so that there is one for every audience.
            outcome = boards.prepare(text(f"outcome-{audience}"))
            session.execute(
                update(Topic)
                .where(Topic.id == ids[f"topic_{audience}"])
                .values(outcome=outcome.source, outcome_html=outcome.html)
            )
        planter.topic(f"ask_{audience}", audience, "gardener", text(f"ask-{audience}"), text(f"askpost-{audience}"))
    # Everybody who wrote on the theme is called to answer those that wait; it is too early for a reminder.
    asked_on = (clock.now() - timedelta(days=2)).astimezone(clock.TOKYO).date()
    with clock.pretending(datetime.combine(add_business_days(asked_on, 5), time(9), clock.TOKYO)):
        waiting.look_at_waiting_questions()
    planter.draft("members", "topic/{topic_members}/{reply_members}", "member", text("draft-members"))
    planter.bookmark("members", "reply_members", "member", text("bookmark-members"))
    boards.accept_answer(planter.who("gardener"), ids["reply_public"])
    notifications.set_muted(planter.who("member"), ids["topic_members"], True)
    boards.react(planter.who("member"), ids["reply_public"], "useful")


# --- what the secretariat does --------------------------------------------------------------------------


def _reports(planter: _Planter) -> None:
    planter.report("open", "reply_public", "member", f"{text('note-open')} {token('erased-words')}")
    planter.report("experts", "reply_experts", "admin", text("note-experts"))
    planter.report("dismissed", "post_public", "member", text("note-dismissed"))
    gardener = planter.who("gardener")
    moderation.close_report(gardener, planter.world.ids["report_dismissed"], "dismissed", text("decision-dismissed"))
    # What people typed in other places goes with the words, mails still waiting among them.
    accounts.suspend_account(
        gardener, planter.world.ids["user_suspended"], f"{text('why-suspended')} {token('erased-words')}"
    )
    erasing.erase_words(gardener, token("erased-words"), text("why-erased-words"))


def _accounts(planter: _Planter) -> None:
    ids, gardener = planter.world.ids, planter.who("gardener")
    accounts.refuse_account(gardener, ids["user_refused"], text("why-refused"))
    accounts.save_expert_profile(
        gardener,
        ids["user_expert"],
        fields=["law"],
        sentence=text("expert-sentence"),
        capacity=3,
        away_until=None,
        active=True,
        note=text("expert-note"),
    )
    invited = f"{token('mail-invited')}@example.jp"
    ids["token_invitation"] = accounts.invite(gardener, "member", text("note-invited"), invited)
    accounts.invite(gardener, "industry", text("note-withdrawn"))
    found = db.session.execute(select(Invitation.note, Invitation.id)).all()
    end_reading()
    ids |= {f"invitation_{'open' if 'invited' in row.note else 'withdrawn'}": row.id for row in found}
    accounts.withdraw_invitation(gardener, ids["invitation_withdrawn"])

    member = planter.who("member")
    accounts.ask_for_new_email(member, f"{token('mail-new')}@example.jp", PASSWORD)
    ids["token_email"] = _mailed_token("/settings/email/confirm/")
    accounts.ask_for_new_password(f"{token('mail-member')}@example.jp")
    ids["token_password"] = _mailed_token("/reset-password/")
    # A former handle leads to the present one.
    writer = planter.who("writer")
    ids["handle_former"] = "はるかぜ"
    for handle in (ids["handle_former"], HANDLES["writer"]):
        accounts.change_profile(
            writer,
            handle=handle,
            real_name=text("name-writer"),
            about=text("about-writer"),
            locale="",
            details=Details(affiliation="intermediary", prefecture="13", municipality="134015", population="lt10k"),
        )


def _site(planter: _Planter) -> None:
    for language in ("ja", "en"):
        site.edit_page(planter.who("gardener"), "about", language, boards.prepare(text(f"page-about-{language}")))
    family = families.typed_family(f"{text('spellings')}、おたがいさま")
    planter.world.ids["spellings"] = search.save_family(planter.who("gardener"), None, family)


def _notices(planter: _Planter) -> None:
    """The ids of notices that somebody could try to open, and the address in a mail that mutes a topic."""
    ids = planter.world.ids

    def notice(name: str, **which: Any) -> None:
        found = db.session.scalars(select(Notice.id).filter_by(**which).order_by(Notice.id.desc())).first()
        end_reading()
        assert found is not None, name
        ids[f"notice_{name}"] = found

    notice("hidden", user_id=ids["user_writer"], measure="hidden", post_id=ids["reply_hidden"])
    notice("moved", user_id=ids["user_writer"], measure="moved")
    notice("accepted", user_id=ids["user_writer"], kind="accepted")
    notice("report", user_id=ids["user_secretariat"], report_id=ids["report_open"])
    notice("suspended", user_id=ids["user_suspended"], measure="suspended")
    for name in ("writer", "industry", "suspended"):
        ids[f"token_mute_{name}"] = notice_mails.mute_token(ids[f"user_{name}"], ids["topic_moved"])
    ids["token_mute_public"] = notice_mails.mute_token(ids["user_writer"], ids["topic_public"])


def planted(app: Flask) -> World:
    """Plant the world into the database of this application."""
    with app.app_context():
        made = build()
        db.session.remove()
    return made
