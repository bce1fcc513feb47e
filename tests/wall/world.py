"""One planted world: a marker in one thing of every kind, audience and state, made by the services that people use."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from sccafe.accounts import passwords
from sccafe.accounts import service as accounts
from sccafe.accounts.models import Invitation, User
from sccafe.accounts.service import Details
from sccafe.accounts.sessions import viewer_of
from sccafe.boards import erasing as boards_erasing
from sccafe.boards import measures
from sccafe.boards import service as boards
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.models import Topic
from sccafe.core import clock, site_settings
from sccafe.core.audience import AUDIENCES, Viewer, system
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.moderation import erasing
from sccafe.moderation import service as moderation
from sccafe.notifications import mails as notice_mails
from sccafe.notifications import service as notifications
from sccafe.notifications.models import Notice
from sccafe.site import service as site
from tests.factories import PASSWORD
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
} | {name: token(f"handle-{name}") for name in UNSEEN}
#: Somebody's workplace and town, read by those who are signed in.
WORKPLACE, TOWN = "中間支援組織", "八丈町"


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

    def topic(self, name: str, board: str, by: str, title: str, post: str) -> None:
        """`name` gives ids: topic_… and post_…; title and post are written as they stand."""
        with self.later():
            made = boards.start_topic(
                self.who(by), self.world.ids[f"board_{board}"], title, boards.prepare(post), ["shopping"]
            )
        self.world.ids |= {f"topic_{name}": made.topic_id, f"post_{name}": made.post_id}

    def reply(self, name: str, topic: str, by: str, post: str) -> None:
        with self.later():
            made = boards.reply(self.who(by), self.world.ids[f"topic_{topic}"], None, boards.prepare(post))
        self.world.ids[f"reply_{name}"] = made.post_id

    def edit(self, post: str, by: str, new: str) -> None:
        with self.later():
            boards.edit_post(self.who(by), self.world.ids[post], boards.prepare(new))

    def report(self, name: str, post: str, by: str, note: str) -> None:
        with self.later():
            self.world.ids[f"report_{name}"] = moderation.report_post(
                self.who(by), self.world.ids[post], "personal_details", note
            )


def build() -> World:
    """Plant everything, inside an application context."""
    planter = _Planter(World())
    _people(planter)
    _boards(planter)
    _states(planter)
    _audiences(planter)
    _reports(planter)
    _accounts(planter)
    _site(planter)
    _notices(planter)
    end_reading()
    return planter.world


# --- people -------------------------------------------------------------------------------------------


def _people(planter: _Planter) -> None:
    password_hash = passwords.hash_password(PASSWORD)
    # Reports are handed to the member of the secretariat with the lowest number, who is one of those who look.
    for name in (*ROLES, "gardener", "awaiting", "refused"):
        with clock.pretending(clock.now() - timedelta(days=10)):
            planter.world.ids[f"user_{name}"] = accounts.register_person(
                f"{token(f'mail-{name}')}@example.jp",
                HANDLES[name],
                password_hash,
                ROLES.get(name, "secretariat" if name == "gardener" else "member"),
                "active" if name in (*ROLES, "gardener") else "awaiting_approval",
                has_posted=name != "newcomer",
                real_name=text(f"name-{name}"),
                about=f"{text(f'about-{name}')} {token('erased-words')}",
                affiliation="intermediary",
                prefecture="13",
                municipality="134015",
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
    archived = _board(planter, "archived", "archived", "exchange", "public")
    planter.topic("archived", "archived", "writer", text("topic-archived"), text("post-archived"))
    save_board(system(), planter.world.ids["board_archived"], BoardValues(**(vars(archived) | {"archived": True})))


def _states(planter: _Planter) -> None:
    """On one board that everybody reads: what was hidden, held, deleted, erased, moved, locked."""
    ids, keeper = planter.world.ids, planter.who("gardener")

    planter.topic("states", "exchange", "writer", text("topic-states"), text("post-states"))
    planter.reply("hidden", "states", "writer", text("hidden-old"))
    planter.edit("reply_hidden", "writer", text("hidden-post"))
    planter.report("hidden", "reply_hidden", "member", text("note-hidden"))
    measures.hide_post(keeper, ids["reply_hidden"], text("why-hidden-post"))
    planter.reply("deleted", "states", "writer", text("deleted-old"))
    planter.edit("reply_deleted", "writer", text("deleted-post"))
    boards.delete_post(planter.who("writer"), ids["reply_deleted"])
    planter.reply("held", "states", "newcomer", text("held-reply"))

    planter.topic("held", "exchange", "newcomer", text("held-topic"), text("held-topic-post"))
    planter.topic("hidden", "exchange", "writer", text("hidden-topic"), text("hidden-topic-post"))
    planter.reply("of_hidden_topic", "hidden", "member", text("hidden-topic-reply"))
    measures.change_topic(keeper, ids["topic_hidden"], "hidden", text("why-hidden-topic"))

    planter.topic("moved", "exchange", "writer", text("moved-topic"), text("moved-post"))
    planter.reply("moved", "moved", "member", text("moved-reply"))
    for reader in ("industry", "member"):
        notifications.set_muted(planter.who(reader), ids["topic_moved"], True)
    measures.move_topic(keeper, ids["topic_moved"], ids["board_members"], text("why-moved"))

    planter.topic("locked", "exchange", "writer", text("locked-topic"), text("locked-post"))
    measures.change_topic(keeper, ids["topic_locked"], "locked", text("why-locked"))
    planter.topic("back", "exchange", "writer", text("back-topic"), text("back-post"))
    for measure in ("locked", "hidden", "restored"):
        measures.change_topic(keeper, ids["topic_back"], measure, text(f"why-back-{measure}"))

    words = token("erased-words")
    planter.topic("erased", "exchange", "writer", f"{text('topic-erased')} {words}", f"{words} 前の文")
    planter.edit("post_erased", "writer", f"{text('post-erased')} {words}")
    planter.reply("erased", "erased", "writer", text("erased-text-old"))
    planter.edit("reply_erased", "writer", text("erased-text"))
    boards_erasing.erase_post(keeper, ids["reply_erased"], text("why-erased-text"))

    # The newest of its board: a list that does not leave it out shows it first.
    planter.topic("deleted", "exchange", "writer", text("deleted-topic"), text("deleted-topic-post"))
    boards.delete_post(planter.who("writer"), ids["post_deleted"])


def _audiences(planter: _Planter) -> None:
    """On each audience's board: a question with an edited answer, and one that waits."""
    ids = planter.world.ids
    writers = dict.fromkeys(AUDIENCES, "secretariat") | {"experts": "expert"}
    writers |= dict.fromkeys(("public", "network", "members"), "writer")
    for audience in AUDIENCES:
        planter.topic(audience, audience, "gardener", text(f"topic-{audience}"), text(f"post-{audience}"))
        planter.reply(audience, audience, writers[audience], text(f"old-{audience}"))
        planter.edit(f"reply_{audience}", writers[audience], text(f"reply-{audience}"))
        with writing() as session:
            # No page writes a meeting's outcome yet.
            outcome = boards.prepare(text(f"outcome-{audience}"))
            session.execute(
                update(Topic)
                .where(Topic.id == ids[f"topic_{audience}"])
                .values(outcome=outcome.source, outcome_html=outcome.html)
            )
        planter.topic(f"ask_{audience}", audience, "gardener", text(f"ask-{audience}"), text(f"askpost-{audience}"))
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
            details=Details(affiliation="intermediary", prefecture="13", municipality="134015"),
        )


def _site(planter: _Planter) -> None:
    for language in ("ja", "en"):
        site.edit_page(planter.who("gardener"), "about", language, boards.prepare(text(f"page-about-{language}")))


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
