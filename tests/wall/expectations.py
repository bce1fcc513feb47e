"""What comes out of every page, for everyone who looks: the expectation table, read as (who, what they see).

A new address needs a row here, and a form's also one in expectations_of_forms.py.
"""

from sccafe.core.audience import AUDIENCES
from tests.wall import (
    expectations_of_checks,
    expectations_of_counseling,
    expectations_of_finding,
    expectations_of_library,
    expectations_of_search,
    expectations_of_spellings,
)
from tests.wall.answers import (
    EVERYONE,
    IN,
    MEMBERS,
    NOT_FOUND,
    NOTHING,
    OUT,
    READERS,
    REFUSED,
    SIGN_IN_FIRST,
    STAFF,
    VIEWERS,
    Answer,
    Row,
    leads,
    others,
    page,
    sees,
)
from tests.wall.world import PICTURES

#: Titles that everybody finds in lists, those of the public board among them.
OF_EXCHANGE = ("prompt-title", "topic-states", "masked-topic", "locked-topic", "back-topic", "topic-erased")
#: Why something of the exchange was measured: told to its writer, and standing in the record.
MEASURES = (
    "why-hidden-post",
    "why-hidden-topic",
    "why-moved",
    "why-locked",
    "why-back-locked",
    "why-back-hidden",
    "why-back-restored",
    "why-erased-text",
    "why-erased-words",
)
PEOPLE = (*IN, "gardener")
#: Only the secretariat knows of them.
UNSEEN = ("suspended", "unconfirmed", "awaiting", "refused")


def audiences_of(viewer: str) -> list[str]:
    return [audience for audience in AUDIENCES if viewer in READERS[audience]]


def places(viewer: str) -> set[str]:
    found = {f"place-{audience}" for audience in audiences_of(viewer)} | {"place-exchange", "place-archived"}
    return found | ({"place-meeting"} if viewer in MEMBERS else set())


#: What stands of a meeting on its own page; on its board stands its title.
MEETING = tuple(f"{part}-meeting" for part in ("place", "topic", "post", "question", "choice", "other"))
MEETING_OVER = (
    "place-meeting",
    *(f"{part}-meeting-over" for part in ("topic", "post", "question", "choice", "other", "outcome")),
)


def titles(viewer: str) -> set[str]:
    """The topics that stand in this viewer's lists, of which a short list shows the newest."""
    found = {*OF_EXCHANGE, "topic-archived"}
    found |= {f"{kind}-{audience}" for audience in audiences_of(viewer) for kind in ("topic", "ask")}
    if viewer in MEMBERS:
        found |= {"moved-topic", "topic-meeting", "topic-meeting-over"}
    # A topic that its writer deleted stands in nobody's list.
    return found | ({"held-topic", "hidden-topic"} if viewer in STAFF else set())


def whole(audience: str) -> tuple[str, ...]:
    """All that stands on the page of this audience's topic; the answer's old version is on the page of its history."""
    return tuple(f"{part}-{audience}" for part in ("place", "topic", "post", "reply", "file", "outcome"))


def _home(viewer: str) -> Answer:
    newest = audiences_of(viewer)[-4:]
    must = [f"{part}-{audience}" for audience in newest for part in ("place", "topic", "ask")]
    told = {"writer": expectations_of_checks.TOLD_TO_WRITER, "secretariat": expectations_of_checks.TOLD_TO_DESK}
    items = expectations_of_finding.shelf(viewer, "item").must
    return sees(*must, may=places(viewer) | titles(viewer) | items | set(told.get(viewer, ())))


def _lounge(viewer: str) -> Answer:
    must = [f"{part}-{audience}" for audience in audiences_of(viewer) for part in ("place", "board", "ask")]
    if viewer in MEMBERS:
        must += ["place-meeting", "board-meeting", "topic-meeting-over"]
    # The newest of a board is the newest that can be read there.
    return sees(*must, "place-exchange", "board-exchange", "topic-erased", may=titles(viewer))


HOME = [
    page("/", *((viewer, _home(viewer)) for viewer in VIEWERS)),
    page("/lounge", *((viewer, _lounge(viewer)) for viewer in VIEWERS)),
    page("/about", (EVERYONE, sees("page-about-ja"))),
    *(page(f"/{name}", (EVERYONE, NOTHING)) for name in ("terms", "privacy", "contact")),
    *(page(f"/{name}", (EVERYONE, NOTHING)) for name in ("industry", "rooms")),
    page("/municipalities?prefecture=13", (EVERYONE, NOTHING)),
    page("/nowhere"),
    *(page(f"/{name}", (EVERYONE, NOTHING)) for name in ("healthz", "readyz", "sitemap.xml", "robots.txt")),
]

# --- boards and topics --------------------------------------------------------------------------------

_EXCHANGE = sees("place-exchange", "board-exchange", *OF_EXCHANGE)

BOARDS = [
    *(
        page(
            f"/boards/for-{audience}{query}",
            (READERS[audience], sees(f"place-{audience}", f"board-{audience}", *shown)),
        )
        for audience in AUDIENCES
        for query, shown in (
            ("", [f"topic-{audience}", f"ask-{audience}"] + (["moved-topic"] if audience == "members" else [])),
            ("?state=unanswered", [f"ask-{audience}"]),
            ("?theme=meals", []),
        )
    ),
    page("/boards/for-public?state=solved", (EVERYONE, sees("place-public", "board-public", "topic-public"))),
    page("/boards/exchange", (EVERYONE, _EXCHANGE), (STAFF, _EXCHANGE.with_("held-topic", "hidden-topic"))),
    page("/boards/exchange?page=2", (EVERYONE, sees("place-exchange", "board-exchange"))),
    page(
        "/boards/exchange?page=200&after=0.4000000000000000.1",
        (EVERYONE, _EXCHANGE),
        (STAFF, _EXCHANGE.with_("held-topic", "hidden-topic")),
    ),
    page(
        "/boards/meetings",
        (MEMBERS, sees("place-meeting", "board-meeting", "topic-meeting", "topic-meeting-over")),
    ),
    page("/boards/meetings/new", (MEMBERS, REFUSED), (STAFF, sees("place-meeting", "board-meeting"))),
    page("/boards/archived", (EVERYONE, sees("place-archived", "board-archived", "topic-archived"))),
    page(
        "/waiting",
        *(
            (viewer, sees(*(f"{part}-{audience}" for audience in audiences_of(viewer) for part in ("place", "ask"))))
            for viewer in ("expert", *STAFF)
        ),
    ),
    page("/boards/nowhere"),
    *(
        page(
            f"/boards/for-{audience}/new",
            (READERS[audience], sees(f"place-{audience}", f"board-{audience}")),
            *([(OUT, SIGN_IN_FIRST)] if audience == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[audience] else []),
        )
        for audience in AUDIENCES
    ),
    page("/boards/archived/new", (OUT, SIGN_IN_FIRST), (IN, REFUSED)),
]

_STATES = sees("place-exchange", "topic-states", "post-states")
_MASKED = sees("place-exchange", "masked-topic", "masked-post", "masked-answer", "masked-reply")
_ASKED = sees("prompt-title", "prompt-question")
_HELD_TOPIC = sees("place-exchange", "held-topic", "held-topic-post", "file-held-topic")
_HIDDEN_TOPIC = sees(
    "place-exchange", "hidden-topic", "hidden-topic-post", "hidden-topic-reply", "why-hidden-topic"
).with_("file-hidden-topic")
_MOVED = sees("place-members", "moved-topic", "moved-post", "moved-reply", "file-moved")
_BACK = sees("place-exchange", "back-topic", "back-post", may=["why-back-locked"])

TOPICS = [
    *(
        page(f"/topics/{{topic_{audience}}}{query}", (READERS[audience], sees(*whole(audience))))
        for audience in AUDIENCES
        for query in ("", "?order=time")
    ),
    *(
        page(
            f"/topics/{{topic_ask_{audience}}}",
            (READERS[audience], sees(f"place-{audience}", f"ask-{audience}", f"askpost-{audience}")),
        )
        for audience in AUDIENCES
    ),
    page("/topics/{topic_public}?page=9", (EVERYONE, leads("/topics/{topic_public}"))),
    # A held or hidden text is read by the secretariat and by whoever wrote it; a deleted one by nobody.
    page(
        "/topics/{topic_states}",
        (EVERYONE, _STATES),
        (["writer", *STAFF], _STATES.with_("hidden-post", "why-hidden-post", "file-hidden")),
        ("newcomer", _STATES.with_("held-reply", "file-held")),
    ),
    page(
        "/topics/{topic_states}?order=time",
        (EVERYONE, _STATES),
        (["writer", *STAFF], _STATES.with_("hidden-post", "why-hidden-post", "file-hidden")),
        ("newcomer", _STATES.with_("held-reply", "file-held")),
    ),
    # Whoever wrote it anonymously is named to nobody, the secretariat included.
    *(
        page(
            f"/topics/{{topic_masked}}{query}",
            (EVERYONE, _MASKED),
            (STAFF, _MASKED.with_("masked-hidden", "why-masked")),
        )
        for query in ("", "?order=time")
    ),
    page("/topics/{topic_held}", (["newcomer", *STAFF], _HELD_TOPIC)),
    page(
        "/topics/{topic_hidden}",
        (STAFF, _HIDDEN_TOPIC),
        (
            "writer",
            sees("hidden-topic", "hidden-topic-post", "file-hidden-topic", may=["place-exchange", "why-hidden-topic"]),
        ),
    ),
    page("/topics/{topic_deleted}", (STAFF, sees("place-exchange", may=["deleted-topic"]))),
    page("/topics/{topic_moved}", (MEMBERS, _MOVED)),
    page("/topics/{topic_moved}?order=time", (MEMBERS, _MOVED)),
    page("/topics/{topic_locked}", (EVERYONE, sees("place-exchange", "locked-topic", "locked-post", "why-locked"))),
    # It came back: why it had been hidden is between its writer and the secretariat.
    page("/topics/{topic_back}", (EVERYONE, _BACK), (["writer", *STAFF], _BACK.with_(may=["why-back-hidden"]))),
    page("/topics/{topic_erased}", (EVERYONE, sees("place-exchange", "topic-erased", "post-erased", "file-words"))),
    page("/topics/{topic_prompt}", (EVERYONE, _ASKED.with_("place-exchange", "prompt-answer", "entered-post"))),
    page("/topics/{topic_archived}", (EVERYONE, sees("place-archived", "topic-archived", "post-archived"))),
    page("/topics/{topic_meeting}", (MEMBERS, sees(*MEETING))),
    page("/topics/{topic_meeting}?order=time", (MEMBERS, sees(*MEETING))),
    page("/topics/{topic_meeting_over}", (MEMBERS, sees(*MEETING_OVER))),
    page("/topics/{topic_meeting}/vote", (MEMBERS, leads("/topics/{topic_meeting}#poll", 303))),
    page("/topics/{topic_public}/vote"),
    page(
        "/topics/{topic_meeting}/meeting",
        (STAFF, sees("place-meeting", "topic-meeting", "question-meeting", "choice-meeting", "other-meeting")),
    ),
    page(
        "/topics/{topic_meeting_over}/outcome",
        (STAFF, sees("place-meeting", "topic-meeting-over", "outcome-meeting-over")),
    ),
    *(page(f"/topics/{{topic_public}}/{name}") for name in ("meeting", "outcome")),
    *(page(f"/topics/999999/{name}") for name in ("meeting", "outcome", "vote")),
    page("/topics/999999"),
    page("/unread", (OUT, SIGN_IN_FIRST), (IN, leads("/"))),
    page("/unread?after={topic_staff}", (OUT, SIGN_IN_FIRST), (IN, leads("/"))),
    # It leads on for every number, and what stands there answers for itself.
    *(
        page(f"/topics/{{topic_{audience}}}/unread", (EVERYONE, leads("/topics/")), (readers, leads("/posts/")))
        for audience in AUDIENCES
        for readers in [others(*OUT, of=READERS[audience])]
    ),
    page("/topics/{topic_held}/unread", (EVERYONE, leads("/topics/{topic_held}"))),
    page("/topics/999999/unread", (EVERYONE, leads("/topics/999999"))),
    *(
        page(
            f"/topics/{{topic_{audience}}}/reply",
            (READERS[audience], sees(f"place-{audience}", f"topic-{audience}")),
            *([(OUT, SIGN_IN_FIRST)] if audience == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[audience] else []),
        )
        for audience in AUDIENCES
    ),
    page(
        "/topics/{topic_members}/reply?parent={reply_members}",
        (MEMBERS, sees("place-members", "topic-members", "reply-members")),
        ("member", sees("place-members", "topic-members", "reply-members", "draft-members")),
    ),
    page(
        "/topics/{topic_members}/reply?parent={reply_members}",
        (MEMBERS, NOTHING),
        ("member", sees("draft-members")),
        partial=True,
    ),
    # An answer to a post that is not there for them, or not in this topic.
    *(
        page(f"/topics/{{topic_{topic}}}/reply?parent={{{parent}}}", *out, ("industry", industry))
        for topic, parent, out, industry in (
            ("public", "reply_staff", [(OUT, SIGN_IN_FIRST)], REFUSED),
            ("states", "reply_hidden", [(OUT, SIGN_IN_FIRST)], REFUSED),
            ("states", "reply_held", [(OUT, SIGN_IN_FIRST)], REFUSED),
            ("states", "reply_deleted", [(OUT, SIGN_IN_FIRST)], REFUSED),
        )
    ),
    page(
        "/topics/{topic_locked}/reply",
        (OUT, SIGN_IN_FIRST),
        (IN, REFUSED),
        (STAFF, sees("place-exchange", "locked-topic")),
    ),
    page("/topics/{topic_archived}/reply", (OUT, SIGN_IN_FIRST), (IN, REFUSED)),
    page("/topics/999999/reply"),
    *(
        page(f"/topics/{{topic_{name}}}/mute", (readers, sees(title)), (OUT, SIGN_IN_FIRST))
        for name, title, readers in (
            *((audience, f"topic-{audience}", READERS[audience]) for audience in AUDIENCES),
            ("moved", "moved-topic", MEMBERS),
            ("hidden", "hidden-topic", STAFF),
            ("held", "held-topic", STAFF),
        )
    ),
    *(
        page(
            f"/topics/{{topic_{name}}}/manage",
            (
                STAFF,
                sees(
                    *shown,
                    *(place for place in [*(f"place-{each}" for each in (*AUDIENCES, "meeting")), "place-exchange"]),
                ),
            ),
        )
        for name, shown in (
            ("public", ["topic-public"]),
            ("staff", ["topic-staff"]),
            ("moved", ["moved-topic"]),
            ("held", ["held-topic"]),
            ("hidden", ["hidden-topic", "why-hidden-topic"]),
            ("locked", ["locked-topic", "why-locked"]),
        )
    ),
]

# --- one post -----------------------------------------------------------------------------------------

#: post -> (who reads it, on which board, in which topic, its text): of all kinds and states.
_POSTS = {
    **{f"reply_{each}": (READERS[each], each, f"topic-{each}", f"reply-{each}") for each in AUDIENCES},
    "reply_hidden": (("writer", *STAFF), "exchange", "topic-states", "hidden-post"),
    "reply_held": (("newcomer", *STAFF), "exchange", "topic-states", "held-reply"),
    "post_held": (("newcomer", *STAFF), "exchange", "held-topic", "held-topic-post"),
    "post_hidden": (("writer", *STAFF), "exchange", "hidden-topic", "hidden-topic-post"),
    "reply_of_hidden_topic": (STAFF, "exchange", "hidden-topic", "hidden-topic-reply"),
    "post_moved": (MEMBERS, "members", "moved-topic", "moved-post"),
    "post_erased": (EVERYONE, "exchange", "topic-erased", "post-erased"),
    "reply_masked": (EVERYONE, "exchange", "masked-topic", "masked-reply"),
}
_OLD = {f"reply_{each}": f"old-{each}" for each in AUDIENCES} | {
    "reply_hidden": "hidden-old",
    "reply_masked": "masked-old",
}
#: Where a whole post is shown, its file is; the pages of its own text and of its history show the text alone.
_FILES = {f"reply_{each}": f"file-{each}" for each in (*AUDIENCES, "hidden", "held", "deleted")}
_FILES |= {f"post_{each}": f"file-{each}-topic" for each in ("held", "hidden", "deleted")}
_FILES |= {"post_erased": "file-words"}
#: Kept for a week, so that its writer can put it back; the desk can look at it, and nobody else.
_DELETED = {
    "reply_deleted": ("topic-states", "deleted-post", "deleted-old"),
    "post_deleted": ("deleted-topic", "deleted-topic-post", ""),
}
_WRITERS = {
    "reply_public": "writer",
    "reply_network": "writer",
    "reply_members": "writer",
    "reply_experts": "expert",
    "reply_industry": "secretariat",
    "reply_staff": "secretariat",
    "reply_held": "newcomer",
    "post_held": "newcomer",
    "post_moved": "writer",
    "post_erased": "writer",
    "reply_masked": "shadow",
}


def _edit(name: str) -> Row:
    readers, board, title, words = _POSTS[name]
    shown = sees(f"place-{board}", title, words)
    may = [(_WRITERS[name], shown)] if _WRITERS.get(name) in VIEWERS else []
    return page(
        f"/posts/{{{name}}}/edit", (readers, REFUSED), *([(OUT, SIGN_IN_FIRST)] if readers == EVERYONE else []), *may
    )


def _file(name: str) -> list[str]:
    return [_FILES[name]] if name in _FILES else []


def _report(name: str) -> list[Row]:
    readers, board, title, words = _POSTS[name]
    own = [(_WRITERS[name], REFUSED)] if _WRITERS[name] in readers else []
    whole_page, part = (sees(f"place-{board}", title, words, *_file(name)), False), (NOTHING, True)
    return [
        page(f"/posts/{{{name}}}/report", (readers, shown), (OUT, SIGN_IN_FIRST), *own, partial=partial)
        for shown, partial in (whole_page, part)
    ]


POSTS = [
    *(
        page(f"/posts/{{{name}}}", (readers, leads("/topics/")))
        for name, (readers, *_) in _POSTS.items()
        if name != "reply_hidden"
    ),
    # Their place in the thread is seen by everybody, their text is not.
    *(
        page(f"/posts/{{{name}}}", (EVERYONE, leads("/topics/{topic_states}")))
        for name in ("reply_hidden", "reply_deleted")
    ),
    page("/posts/{post_deleted}", ([*STAFF, "writer"], leads("/topics/{topic_deleted}"))),
    page("/posts/{reply_members}?order=time", (MEMBERS, leads("/topics/{topic_members}?order=time"))),
    page("/posts/999999"),
    *(_edit(name) for name in _POSTS),
    *(page(f"/posts/{{{name}}}/edit", (["writer", *STAFF], REFUSED)) for name in _DELETED),
    page("/posts/999999/edit"),
    # Who reacted is told to those who are signed in; the one who did is called by a name that is no marker.
    *(
        page(
            f"/posts/{{{name}}}/reactions",
            (readers, sees(f"place-{board}", title)),
            *([(OUT, SIGN_IN_FIRST)] if readers == EVERYONE else []),
        )
        for name, (readers, board, title, _words) in _POSTS.items()
        if name.startswith("reply_") and name not in ("reply_hidden", "reply_held", "reply_of_hidden_topic")
    ),
    page("/posts/{reply_hidden}/reactions", (["writer", *STAFF], NOT_FOUND)),
    *(
        page(
            f"/posts/{{{name}}}/history",
            (readers, sees(f"place-{board}", title, words, *([_OLD[name]] if name in _OLD else []))),
        )
        for name, (readers, board, title, words) in _POSTS.items()
    ),
    *(
        page(
            f"/posts/{{{name}}}/history",
            (["writer", *STAFF], sees("place-exchange", title, words, *([old] if old else []))),
        )
        for name, (title, words, old) in _DELETED.items()
    ),
    page("/posts/999999/history"),
    *(row for name in _WRITERS if name not in ("reply_held", "post_held") for row in _report(name)),
    *(
        page(f"/posts/{{{name}}}/report", (OUT, SIGN_IN_FIRST))
        for name in ("reply_hidden", "reply_held", "reply_deleted", "post_held", "post_deleted")
    ),
    *(
        page(f"/posts/{{{name}}}/{measure}", (STAFF, sees(f"place-{board}", title, words, *_file(name), *reason)))
        for name, (readers, board, title, words) in _POSTS.items()
        for measure in ("hide", "restore", "erase")
        for reason in [["why-hidden-post"] if name == "reply_hidden" and measure != "erase" else []]
    ),
    *(
        page(f"/posts/{{{name}}}/{measure}", (STAFF, sees("place-exchange", title, words, *_file(name))))
        for name, (title, words, _old) in _DELETED.items()
        for measure in ("hide", "erase")
    ),
    *(
        page(f"/posts/{{{name}}}/approve", (STAFF, leads("/moderation", 303)))
        for name in ("reply_held", "reply_public")
    ),
    *(page(f"/posts/999999/{measure}") for measure in ("hide", "restore", "erase", "approve")),
    page("/posts/999999/report", (OUT, SIGN_IN_FIRST)),
]

# --- files --------------------------------------------------------------------------------------------

#: file -> who reads its post. The name in an address says nothing: each comes under the one that it has.
_OF_POSTS = {
    **{each: READERS[each] for each in AUDIENCES},
    "held": ("newcomer", *STAFF),
    "held_topic": ("newcomer", *STAFF),
    "hidden": ("writer", *STAFF),
    "hidden_topic": ("writer", *STAFF),
    "deleted": ("writer", *STAFF),
    "deleted_topic": ("writer", *STAFF),
    "moved": MEMBERS,
    "words": EVERYONE,
}


def _of_file(name: str) -> Answer:
    name = name.replace("_", "-")
    return sees(f"file-{name}", *([] if name in PICTURES else [f"inside-{name}"]))


FILES = [
    *(page(f"/files/{{file_{name}}}/a.txt", (readers, _of_file(name))) for name, readers in _OF_POSTS.items()),
    *(page(f"/files/{{file_{name}}}/thumbnail", (_OF_POSTS[name], NOTHING)) for name in PICTURES),
    # It has no picture; and it was erased with its post.
    page("/files/{file_public}/thumbnail"),
    page("/files/{file_erased}/a.txt"),
    page("/files/999999/a.txt"),
    page("/files/999999/thumbnail"),
]

# --- one's own ----------------------------------------------------------------------------------------

OWN = [
    # Nobody reads another's draft, the secretariat neither; of a topic that went, one's own words are left.
    page(
        "/drafts",
        (OUT, SIGN_IN_FIRST),
        (IN, NOTHING),
        ("member", sees("topic-members", "draft-members")),
        ("writer", sees("draft-hidden")),
    ),
    page("/drafts/{draft_members}", (OUT, SIGN_IN_FIRST), ("member", sees("topic-members", "draft-members"))),
    page("/drafts/{draft_members}?again=1", (OUT, SIGN_IN_FIRST), ("member", sees("topic-members", "draft-members"))),
    page("/drafts/{draft_hidden}", (OUT, SIGN_IN_FIRST), ("writer", sees("draft-hidden"))),
    page("/drafts/999999", (OUT, SIGN_IN_FIRST)),
    # A company marked a post that became the members' own: nothing of it is shown any more, its own note neither.
    page(
        "/bookmarks",
        (OUT, SIGN_IN_FIRST),
        (IN, NOTHING),
        ("member", sees("place-members", "topic-members", "reply-members", "bookmark-members")),
    ),
    page("/bookmarks?page=9", (OUT, SIGN_IN_FIRST), (IN, leads("/bookmarks"))),
    *(
        page(
            f"/posts/{{reply_{each}}}/bookmark", (OUT, SIGN_IN_FIRST), (readers, sees(f"topic-{each}", f"reply-{each}"))
        )
        for each in AUDIENCES
        if each != "members"
        for readers in [others(*OUT, of=READERS[each])]
    ),
    page(
        "/posts/{reply_members}/bookmark",
        (OUT, SIGN_IN_FIRST),
        (MEMBERS, sees("topic-members", "reply-members")),
        ("member", sees("topic-members", "reply-members", "bookmark-members")),
    ),
    page("/posts/{post_hidden}/bookmark", (OUT, SIGN_IN_FIRST), (STAFF, sees("hidden-topic", "hidden-topic-post"))),
    *(
        page(f"/posts/{{{name}}}/bookmark", (OUT, SIGN_IN_FIRST))
        for name in ("reply_hidden", "reply_held", "reply_deleted", "post_held", "post_deleted")
    ),
    page("/posts/999999/bookmark", (OUT, SIGN_IN_FIRST)),
]

_FEED = sees(*(f"{part}-public" for part in ("place", "board", "topic", "post", "reply", "ask", "askpost")))

FEEDS = [
    # The same for everybody: what a visitor may read.
    page("/feeds/for-public.atom", (EVERYONE, _FEED)),
    *(page(f"/feeds/for-{audience}.atom") for audience in AUDIENCES if audience != "public"),
    page(
        "/feeds/exchange.atom",
        (
            EVERYONE,
            sees(
                *("place-exchange", "board-exchange", *OF_EXCHANGE),
                *("post-states", "locked-post", "back-post", "post-erased"),
                *("masked-post", "masked-answer", "masked-reply"),
                *("prompt-question", "prompt-answer", "entered-post"),
            ),
        ),
    ),
    page(
        "/feeds/archived.atom", (EVERYONE, sees(*(f"{part}-archived" for part in ("place", "board", "topic", "post"))))
    ),
    page("/feeds/unanswered.atom", (EVERYONE, sees("place-public", "ask-public", "askpost-public"))),
    page("/feeds/nowhere.atom"),
]

# --- people -------------------------------------------------------------------------------------------

_WRITTEN = sees(
    *(f"{part}-archived" for part in ("topic", "post")),
    *(f"{part}-states" for part in ("topic", "post")),
    *("locked-topic", "locked-post", "back-topic", "back-post", "topic-erased", "post-erased"),
    *("topic-public", "reply-public", "masked-topic", "masked-answer"),
)
_WRITTEN_FOR_IN = _WRITTEN.with_("topic-network", "reply-network")
_WRITTEN_FOR_MEMBERS = _WRITTEN_FOR_IN.with_("topic-members", "reply-members", "moved-topic", "moved-post")

PROFILES = [
    *(
        page(
            f"/members/{{handle_{name}}}",
            (EVERYONE, NOTHING),
            (IN, sees(f"about-{name}")),
            (STAFF, sees(f"about-{name}", f"name-{name}", f"mail-{name}")),
        )
        for name in PEOPLE
    ),
    *(
        page(
            f"/members/{{handle_{name}}}",
            (STAFF, sees(f"handle-{name}", f"about-{name}", f"name-{name}", f"mail-{name}", *why)),
        )
        for name, why in (
            ("suspended", ["why-suspended"]),
            ("unconfirmed", []),
            ("awaiting", []),
            ("refused", ["why-refused"]),
        )
    ),
    page("/members/{handle_former}", (EVERYONE, leads("/members/"))),
    page("/members/nobody"),
    page(
        "/members/{handle_writer}/posts",
        (EVERYONE, _WRITTEN),
        (IN, _WRITTEN_FOR_IN),
        (MEMBERS, _WRITTEN_FOR_MEMBERS),
        (STAFF, _WRITTEN_FOR_MEMBERS.with_(may=["hidden-topic", "hidden-topic-post"])),
    ),
    page("/members/{handle_newcomer}/posts", (EVERYONE, NOTHING)),
    # The profile, which the secretariat sees, leads there.
    *(page(f"/members/{{handle_{name}}}/posts", (STAFF, sees(f"handle-{name}"))) for name in UNSEEN),
    page("/members/nobody/posts"),
]

ENTERING = [
    page("/sign-up", (OUT, NOTHING), (IN, leads("/", 303))),
    page("/sign-up?invitation={token_invitation}", (OUT, sees("mail-invited")), (IN, leads("/", 303))),
    page("/sign-up?invitation=wrong", (OUT, sees(status=410)), (IN, leads("/", 303))),
    page("/sign-up/confirm", (EVERYONE, NOTHING)),
    # Whoever holds a mailed link is shown what it is about.
    page("/sign-up/confirm/{token_sign_up}", (EVERYONE, sees("handle-unconfirmed", "mail-unconfirmed"))),
    page("/sign-up/confirm/wrong", (EVERYONE, sees(status=410))),
    page("/sign-in", (OUT, NOTHING), (IN, leads("/", 303))),
    page("/sign-in?next=/topics/{topic_staff}", (OUT, NOTHING), (IN, leads("/topics/{topic_staff}", 303))),
    page("/forgotten-password", (EVERYONE, NOTHING)),
    page("/reset-password/{token_password}", (EVERYONE, NOTHING)),
    page("/reset-password/wrong", (EVERYONE, sees(status=410))),
]

SETTINGS = [
    page("/settings", (OUT, SIGN_IN_FIRST), (IN, sees("name-{viewer}", "about-{viewer}"))),
    page(
        "/settings/email",
        (OUT, SIGN_IN_FIRST),
        (IN, sees("mail-{viewer}")),
        ("member", sees("mail-member", "mail-new")),
    ),
    page("/settings/email/confirm/{token_email}", (EVERYONE, sees("mail-new"))),
    page("/settings/email/confirm/wrong", (EVERYONE, sees(status=410))),
    page("/settings/password", (OUT, SIGN_IN_FIRST), (IN, sees("mail-{viewer}"))),
    page("/settings/sessions", (OUT, SIGN_IN_FIRST), (IN, NOTHING)),
    # A topic that a company muted before it became the members' own is not named to it any more.
    page(
        "/settings/notifications",
        (OUT, SIGN_IN_FIRST),
        (IN, NOTHING),
        ("member", sees("topic-members", "moved-topic")),
    ),
]

NOTICES = [
    page(
        "/notifications",
        (OUT, SIGN_IN_FIRST),
        (IN, NOTHING),
        ("secretariat", sees("topic-meeting-over", *expectations_of_checks.TOLD_TO_DESK)),
        (
            "writer",
            sees(
                *MEASURES,
                *("topic-states", "moved-topic", "locked-topic", "back-topic", "topic-erased", "topic-public"),
                *expectations_of_checks.TOLD_TO_WRITER,
            ),
        ),
    ),
    page("/notifications?before=1", (OUT, SIGN_IN_FIRST), (IN, NOTHING)),
    page("/notifications/{notice_hidden}", (OUT, SIGN_IN_FIRST), ("writer", sees("why-hidden-post", "topic-states"))),
    page("/notifications/{notice_moved}", (OUT, SIGN_IN_FIRST), ("writer", sees("why-moved", "moved-topic"))),
    page("/notifications/{notice_accepted}", (OUT, SIGN_IN_FIRST), ("writer", leads("/posts/{reply_public}"))),
    page(
        "/notifications/{notice_report}",
        (OUT, SIGN_IN_FIRST),
        ("secretariat", leads("/moderation/reports/{report_open}")),
    ),
    page("/notifications/{notice_suspended}", (OUT, SIGN_IN_FIRST)),
    page("/notifications/999999", (OUT, SIGN_IN_FIRST)),
    # The address in a mail says what its reader may read now, whoever opens it.
    page("/notifications/mute/{token_mute_public}", (EVERYONE, sees("topic-public"))),
    page("/notifications/mute/{token_mute_writer}", (EVERYONE, sees("moved-topic"))),
    page("/notifications/mute/{token_mute_industry}", (EVERYONE, NOTHING)),
    page("/notifications/mute/{token_mute_suspended}", (EVERYONE, NOTHING)),
    page("/notifications/mute/wrong"),
]

# --- for the secretariat ------------------------------------------------------------------------------

_REPORTS = {
    "open": ("place-public", "topic-public", "reply-public", "note-open", "file-public"),
    "experts": ("place-experts", "topic-experts", "reply-experts", "note-experts", "file-experts"),
    "dismissed": ("place-public", "topic-public", "post-public", "note-dismissed", "decision-dismissed"),
    "hidden": ("place-exchange", "topic-states", "hidden-post", "note-hidden", "why-hidden-post", "file-hidden"),
}
_OF_MASKED = ("why-masked", "why-identity-open", "why-identity-done")
_RECORD = {
    "": (*MEASURES, *_OF_MASKED, "why-suspended", "why-refused", "decision-dismissed", "why-archived"),
    "?kind=post": (*_OF_MASKED, "why-hidden-post", "why-erased-text", "why-erased-words"),
    "?kind=topic": tuple(name for name in MEASURES if name not in ("why-hidden-post", "why-erased-text")),
    "?kind=user": ("why-suspended", "why-refused"),
    "?kind=report": ("decision-dismissed", "why-hidden-post"),
    "?kind=words": ("why-erased-words",),
    "?kind=board": (),
    "?kind=item": ("why-archived",),
    "?before=1": (),
}

DESK = [
    page(
        "/moderation",
        (
            STAFF,
            sees(
                *("topic-public", "reply-public", "topic-experts", "reply-experts"),
                *("place-exchange", "topic-states", "held-reply", "held-topic", "held-topic-post"),
                *("masked-topic", "prompt-title", "prompt-held"),
                *("file-held", "file-held-topic"),
            ),
        ),
    ),
    *(
        page(f"/moderation/reports/{{report_{name}}}{action}", (STAFF, sees(*shown)))
        for name, shown in _REPORTS.items()
        for action in ("", "/assign", "/dismiss")
    ),
    *(page(f"/moderation/reports/999999{action}") for action in ("", "/assign", "/dismiss")),
    *(page(f"/moderation/record{query}", (STAFF, sees(*shown))) for query, shown in _RECORD.items()),
    *(
        page(
            f"/moderation/identity/{{release_{name}}}",
            (STAFF, sees("place-exchange", "masked-topic", f"masked-{shown}", f"why-identity-{name}")),
        )
        for name, shown in (("open", "reply"), ("done", "post"))
    ),
    page("/moderation/identity/999999"),
    page("/posts/{reply_masked}/identity", ("admin", sees("place-exchange", "masked-topic", "masked-reply"))),
    page("/posts/{reply_public}/identity"),
    page("/moderation/erase", (STAFF, NOTHING)),
    page("/moderation/erase/confirm", (STAFF, leads("/moderation/erase"))),
]

_PLACES = [f"place-{each}" for each in (*AUDIENCES, "exchange", "meeting")]
_DEAD = (EVERYONE, sees(status=410))

PROMPTS = [
    page("/prompts", (STAFF, sees("prompt-title", *_PLACES))),
    page("/prompts/new", (STAFF, sees(*_PLACES))),
    page(
        "/prompts/{prompt}",
        (STAFF, _ASKED.with_("place-exchange", "prompt-private", "prompt-name")),
    ),
    page("/prompts/999999"),
    # Whoever holds a link is shown the question, and what came by this link.
    page("/answer/{token_answer_member}", (EVERYONE, _ASKED)),
    page("/answer/{token_answer_shadow}", (EVERYONE, _ASKED.with_("handle-shadow", "prompt-answer"))),
    page("/answer/{token_answer_asked}", (EVERYONE, _ASKED.with_("prompt-private", "prompt-name"))),
    page("/answer/{token_answer_stranger}", (EVERYONE, _ASKED.with_("prompt-held"))),
    page("/answer/{token_answer_suspended}", _DEAD),
    page("/answer/wrong", _DEAD),
    page("/answer/{token_answer_asked}/stop", (EVERYONE, NOTHING)),
    page("/answer/{token_answer_member}/stop", _DEAD),
    page("/answer/wrong/stop", _DEAD),
    page("/written/{token_written}", (EVERYONE, sees("prompt-title", "entered-post"))),
    page("/written/{token_answer_asked}", _DEAD),
    page("/written/wrong", _DEAD),
    *(
        page(f"/topics/{{topic_{name}}}/for-someone", (STAFF, sees(f"place-{place}", title)))
        for name, place, title in (
            *((each, each, f"topic-{each}") for each in AUDIENCES),
            ("hidden", "exchange", "hidden-topic"),
            ("prompt", "exchange", "prompt-title"),
        )
    ),
    page("/topics/999999/for-someone"),
    *(page(f"/boards/for-{each}/for-someone", (STAFF, sees(f"place-{each}"))) for each in AUDIENCES),
    page("/boards/nowhere/for-someone"),
]

_EVERYBODY_HERE = [f"{part}-{name}" for part in ("mail", "name") for name in (*PEOPLE, *UNSEEN, "shadow")]
_EVERYBODY_HERE += [f"handle-{name}" for name in (*UNSEEN, "shadow")]

ADMIN = [
    page("/admin", (STAFF, leads("/admin/approvals"))),
    page("/admin/approvals", (STAFF, sees("handle-awaiting", "mail-awaiting", "name-awaiting"))),
    page("/admin/approvals/{user_awaiting}/refuse", (STAFF, sees("handle-awaiting"))),
    page("/admin/approvals/{user_member}/refuse"),
    page("/admin/approvals/999999/refuse"),
    page("/admin/people", (STAFF, sees(*_EVERYBODY_HERE))),
    page(
        "/admin/people?state=suspended",
        (STAFF, sees(*(f"{part}-{name}" for part in ("handle", "mail", "name") for name in ("suspended", "refused")))),
    ),
    page("/admin/people?q=みどり", (STAFF, sees("mail-member", "name-member"))),
    *(
        page(f"/admin/people/{{user_{name}}}", (STAFF, sees(f"mail-{name}", f"name-{name}", *more)))
        for name, more in (
            *((name, []) for name in PEOPLE),
            ("suspended", ["handle-suspended", "why-suspended"]),
            ("unconfirmed", ["handle-unconfirmed"]),
            ("awaiting", ["handle-awaiting"]),
            ("refused", ["handle-refused", "why-refused"]),
        )
    ),
    page("/admin/people/999999"),
    page("/admin/invitations", (STAFF, sees("note-invited", "mail-invited", "note-withdrawn"))),
    page("/admin/experts", (STAFF, sees("expert-sentence"))),
    page("/admin/experts/new", (STAFF, NOTHING)),
    page("/admin/experts/{user_expert}", (STAFF, sees("expert-sentence", "expert-note"))),
    page("/admin/experts/{user_member}"),
    page(
        "/admin/boards", (STAFF, sees(*(f"place-{each}" for each in (*AUDIENCES, "exchange", "meeting", "archived"))))
    ),
    page("/admin/boards/new", (STAFF, NOTHING)),
    *(
        page(f"/admin/boards/{{board_{name}}}", (STAFF, sees(f"place-{name}", f"board-{name}")))
        for name in (*AUDIENCES, "exchange", "meeting", "archived")
    ),
    page("/admin/boards/999999"),
    page("/admin/settings", (STAFF, sees(*(f"place-{each}" for each in (*AUDIENCES, "exchange"))))),
    page("/admin/pages", (STAFF, NOTHING)),
    *(page(f"/admin/pages/about/{language}", (STAFF, sees(f"page-about-{language}"))) for language in ("ja", "en")),
    page("/admin/pages/terms/ja", (STAFF, NOTHING)),
]

ROWS = [*HOME, *BOARDS, *TOPICS, *POSTS, *FILES, *OWN, *FEEDS, *PROFILES, *ENTERING, *SETTINGS, *NOTICES]
ROWS += [*DESK, *PROMPTS, *ADMIN, *expectations_of_library.ROWS, *expectations_of_counseling.ROWS]
ROWS += [*expectations_of_search.ROWS, *expectations_of_spellings.ROWS]
