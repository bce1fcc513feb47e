"""What came by a personal link, changed and taken back by whoever holds the link.

For the writes of upper floors, inside their `writing`: they know whose link it is, and whether it still holds.
"""

from sccafe.boards import policy, service, unsigned
from sccafe.boards.events import PostEdited
from sccafe.boards.models import Post
from sccafe.boards.service import Naming, Text, Written
from sccafe.boards.threads import MayNot, NotThere, put_back_anew, rewrite, take_back, topic_for_writing
from sccafe.boards.unsigned import Coming
from sccafe.core.audience import Viewer, system
from sccafe.core.database import joining
from sccafe.core.events import emit


def answer(viewer: Viewer, topic_id: int, text: Text, naming: Naming, coming: Coming) -> Written:
    """Answer a topic by a link, or let the words replace those that came by it before.

    The same post is rewritten, with its history, as long as it goes by the same kind of name. Under another one it is
    taken away and a new one written: a post must not carry its name of yesterday into its alias of today. `viewer` is
    the member the link is for, or a visitor. Raises NotThere; MayNot, also where the secretariat hid what came before.
    """
    with joining() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        unsigned.refuse_unless_may_come(viewer, coming, topic)
        if naming.anonymous and not policy.may_be_anonymous(topic.kind, topic.anonymous_allowed):
            raise MayNot("anonymous")
        before = [post for post in unsigned.posts_of(session, coming.link) if post.topic_id == topic_id]
        if any(post.state == "hidden" for post in before):
            raise MayNot("hidden")
        for post in before:
            if post.state == "deleted":
                continue
            if _is_alike(post, viewer, naming):
                rewrite(session, post, text.source, text.html)
                post.guest_name = "" if naming.anonymous or viewer.signed_in else coming.guest_name
                emit(PostEdited(post.id, topic_id))
                return Written(topic_id, post.id, post.number)
            take_back(session, post, topic)
        for post in before:
            if _is_alike(post, viewer, naming):
                post.guest_name = "" if naming.anonymous or viewer.signed_in else coming.guest_name
                put_back_anew(session, post, topic, text.source, text.html)
                return Written(topic_id, post.id, post.number)
        return service.reply(viewer, topic_id, None, text, naming=naming, coming=coming)


def _is_alike(post: Post, viewer: Viewer, naming: Naming) -> bool:
    return bool(post.alias) == naming.anonymous and (naming.anonymous or post.author_id == viewer.user_id)


def withdraw(viewer: Viewer, topic_id: int, coming: Coming) -> int:
    """Take back what came by a link, as its writer can; gives the number of posts. Raises NotThere, MayNot."""
    with joining() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        unsigned.refuse_unless_may_come(viewer, Coming(link=coming.link), topic)
        standing = [post for post in unsigned.posts_of(session, coming.link) if post.topic_id == topic_id]
        if any(post.state == "hidden" for post in standing):
            raise MayNot("hidden")
        gone = [post for post in standing if post.state in ("published", "held")]
        for post in gone:
            take_back(session, post, topic)
        return len(gone)


def withdraw_entered(link: str) -> None:
    """The same for what the secretariat entered, wherever it stands now: its writer may not be able to read the place.

    Raises NotThere where there is nothing; MayNot where the topic is closed.
    """
    with joining() as session:
        posts = unsigned.posts_of(session, link)
        if not posts or posts[0].state == "deleted":
            raise NotThere
        topic = topic_for_writing(session, system(), posts[0].topic_id)
        if posts[0].state == "hidden":
            raise MayNot("hidden")
        if topic.locked or topic.archived:
            raise MayNot("locked" if topic.locked else "archived")
        take_back(session, posts[0], topic)
