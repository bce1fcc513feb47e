"""What came by telephone, by fax or at a meeting, entered by the secretariat as the post of whoever said it."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from sccafe.boards import by_link, policy
from sccafe.boards import service as boards
from sccafe.boards.models import Post
from sccafe.boards.service import Naming, Text, Written
from sccafe.boards.threads import MayNot, NotThere
from sccafe.boards.unsigned import Coming
from sccafe.core import clock
from sccafe.core.audience import VISITOR, Viewer
from sccafe.core.database import db, writing
from sccafe.core.events import emit
from sccafe.prompts import mails, tokens
from sccafe.prompts.events import PostEntered
from sccafe.prompts.models import EnteredPost
from sccafe.prompts.policy import ENTERED_KEPT


@dataclass(frozen=True)
class Speaker:
    """Whose words they are: a member, or somebody without an account."""

    member: Viewer | None = None
    #: As somebody without an account wants to be called.
    name: str = ""
    anonymous: bool = False
    #: Where somebody without an account can be written to.
    email: str = ""


def enter_reply(staff: Viewer, topic_id: int, speaker: Speaker, text: Text, once: str = "") -> Written:
    """Write a reply for somebody. Raises NotThere, MayNot."""
    with writing():
        token, coming = _coming(staff, speaker)
        written = boards.reply(
            speaker.member or VISITOR,
            topic_id,
            None,
            text,
            once,
            Naming(anonymous=speaker.anonymous),
            coming=coming,
        )
        return _told(staff, speaker, token, written)


def enter_topic(staff: Viewer, board_id: int, speaker: Speaker, title: str, text: Text, once: str = "") -> Written:
    """Start a topic for somebody. Raises NotThere, MayNot."""
    with writing():
        token, coming = _coming(staff, speaker)
        naming = Naming(anonymous=speaker.anonymous)
        viewer = speaker.member or VISITOR
        written = boards.start_topic(viewer, board_id, title, text, once=once, naming=naming, coming=coming)
        return _told(staff, speaker, token, written)


def _coming(staff: Viewer, speaker: Speaker) -> tuple[str, Coming]:
    if not policy.may_write_for_others(staff):
        raise MayNot("role")
    token = tokens.fresh() if speaker.email and speaker.member is None else ""
    return token, Coming(link=tokens.link_of(token) if token else "", guest_name=speaker.name, staff=staff)


def _told(staff: Viewer, speaker: Speaker, token: str, written: Written) -> Written:
    """Write the mail to somebody without an account, and tell the floors above; a member is told by these."""
    if written.repeated:
        return written
    session = db.session()
    if token:
        session.add(
            EnteredPost(post_id=written.post_id, token_hash=tokens.hashed(token), expires_at=clock.now() + ENTERED_KEPT)
        )
        mails.queue_entered(speaker.email, token)
    author_id = session.scalar(select(Post.author_id).where(Post.id == written.post_id))
    emit(PostEntered(written.post_id, written.topic_id, author_id, staff.user_id))
    return written


def confirm(token: str) -> None:
    """The person says that these are their words. Raises NotThere."""
    with writing() as session:
        row = session.execute(
            update(EnteredPost)
            .where(EnteredPost.token_hash == tokens.hashed(token), EnteredPost.expires_at > clock.now())
            .values(confirmed_at=clock.now())
            .returning(EnteredPost.post_id)
        ).first()
        if row is None:
            raise NotThere


def withdraw(token: str) -> None:
    """The person takes the words back, as a writer deletes a post. Raises NotThere, MayNot."""
    with writing() as session:
        found = session.scalar(
            select(EnteredPost.post_id).where(
                EnteredPost.token_hash == tokens.hashed(token), EnteredPost.expires_at > clock.now()
            )
        )
        if found is None:
            raise NotThere
        by_link.withdraw_entered(tokens.link_of(token))
        session.execute(delete(EnteredPost).where(EnteredPost.post_id == found))
