"""What pages show of topics and posts: rows of the database turned into words, once per page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from sccafe.boards.anonymity import OTHER, STARTER
from sccafe.boards.meetings import last_moment
from sccafe.core import audience, clock, taxonomy
from sccafe.core.audience import STAFF_ROLES
from sccafe.core.formats import Moment, date_text, moment
from sccafe.core.language import gettext as _
from sccafe.core.markup import plain

#: How many levels of answers are set in; deeper ones say whom they answer.
LEVELS = 3


@dataclass(slots=True)
class TopicRow:
    """A topic in a list."""

    id: int
    title: str
    board: str
    chips: list[tuple[str, str]]
    unread_label: str
    last_name: str
    last: Moment
    replies: int
    readers: int
    themes: list[str]


@dataclass(slots=True)
class PostShown:
    """A post on a page; `state` is published, deleted, hidden or held."""

    id: int
    number: int | None
    depth: int
    state: str
    reason: str
    name: str
    name_href: str
    initial: str
    role: str
    position: str
    at: Moment
    html: Markup
    edited: Moment | None
    to_number: int | None
    to_name: str
    is_new: bool
    is_accepted: bool
    mine: bool
    by_staff: bool = False
    may_edit: bool = False
    may_delete: bool = False
    may_accept: bool = False
    may_moderate: bool = False
    #: (kind, label, count, whether the viewer has set it)
    reactions: list[tuple[str, str, int, bool]] = field(default_factory=list)
    #: Its files, where its text is shown (files_shown.py).
    files: Sequence[Any] = ()


def role_label(role: str | None) -> str:
    if role == "expert":
        return str(_("専門家"))
    return str(_("事務局")) if role in STAFF_ROLES else ""


def state_chips(kind: str, topic: Row[Any], now: datetime, locale: str) -> list[tuple[str, str]]:
    """The labelled chips of a topic: its question's state, its meeting's period, pinned and locked."""
    chips = []
    if topic.pinned:
        chips.append(("pinned", _("固定")))
    if topic.visibility == "held":
        chips.append(("plain", _("承認待ち")))
    elif topic.visibility == "hidden":
        chips.append(("plain", _("非表示")))
    if kind == "questions":
        if topic.state == "solved":
            chips.append(("done", _("解決")))
        elif topic.state == "answered":
            chips.append(("live", _("回答あり")))
        else:
            chips.append(("open", _("未回答")))
    elif kind == "meeting" and topic.opens_at and now < topic.opens_at:
        chips.append(("plain", _("%(day)sから", day=date_text(topic.opens_at, locale, year=False))))
    elif kind == "meeting" and topic.closes_at:
        if now >= topic.closes_at:
            chips.append(("plain", _("終了")))
        else:
            last = date_text(last_moment(topic.closes_at), locale, year=False)
            chips.append(("live", _("受付中　%(day)sまで", day=last)))
    if topic.locked:
        chips.append(("locked", _("書き込み終了")))
    return chips


def unread_of(topic: Row[Any], joined_at: datetime | None) -> int:
    """How many posts are new to a signed-in reader; a topic older than their account is no news."""
    if topic.last_read_number is not None:
        return max(0, int(topic.last_number - topic.last_read_number))
    return int(topic.last_number) if joined_at and topic.last_post_at > joined_at else 0


def topic_rows(
    rows: Sequence[Row[Any]], locale: str, joined_at: datetime | None, *, with_board: bool
) -> list[TopicRow]:
    """Rows of lists of topics (queries/lists.py) as a list shows them; `joined_at` is None for visitors."""
    now = clock.now()
    new = _("新着%(number)s", number="\0")
    shown = []
    for row in rows:
        unread = unread_of(row, joined_at)
        shown.append(
            TopicRow(
                id=row.id,
                title=row.title,
                board=board_title(row, locale) if with_board else "",
                chips=state_chips(row.kind, row, now, locale),
                unread_label=new.replace("\0", str(unread)) if unread else "",
                last_name=last_name(row),
                last=moment(row.last_post_at, locale, now),
                replies=max(0, row.post_count - 1),
                readers=row.reader_count,
                themes=theme_labels(row.themes, locale),
            )
        )
    return shown


def last_name(row: Row[Any]) -> str:
    """Who wrote the newest post of a topic."""
    return writer_name(row.last_alias, row.last_guest, row.last_handle)


def board_line(board: Row[Any], at: str, locale: str) -> dict[str, Any]:
    """A board of the lounge; `at` says when its newest topic was written in."""
    return {
        "href": f"/boards/{board.slug}",
        "title": board_title(board, locale),
        "description": (board.description_en or board.description) if locale == "en" else board.description,
        "topic_count": board.topic_count,
        "newest": board.topic_id and f"/topics/{board.topic_id}",
        "newest_title": board.topic_title,
        "name": last_name(board),
        "at": at,
    }


def writer_name(alias: str | None, guest_name: str | None, handle: str | None) -> str:
    """How the writer of a post is called: by an alias in the reader's language, a name given, or the handle."""
    if alias:
        if alias == STARTER:
            return _("匿名（投稿者）")
        return _("匿名%(letter)s", letter=alias.removeprefix(OTHER))
    return guest_name or handle or _("退会した人")


def theme_labels(keys: str | None, locale: str) -> list[str]:
    """The names of themes from their keys with commas between."""
    return [taxonomy.label("theme", key, locale) for key in keys.split(",")] if keys else []


def board_title(row: Any, locale: str) -> str:
    return str((row.board_title_en or row.board_title) if locale == "en" else row.board_title)


@dataclass(frozen=True, slots=True)
class PageOfPosts:
    """What decides how the posts of one page are shown to one viewer."""

    locale: str
    user_id: int | None
    #: Up to which number the viewer had read; None where nothing is to be marked as new.
    read_up_to: int | None
    accepted_id: int | None
    may_accept: bool = False
    #: Whether the viewer may change what they wrote here.
    may_write: bool = False
    may_moderate: bool = False
    may_reply: bool = False
    may_react: bool = False
    may_report: bool = False


def posts(rows: Iterable[Row[Any]], page: PageOfPosts) -> list[PostShown]:
    """The rows of `queries.posts_of_page` as a topic shows them."""
    now = clock.now()
    locale = page.locale
    roles = {role: role_label(role) for role in ("expert", "secretariat", "admin")}
    layers = {option.key: option.label(locale) for option in taxonomy.options("coordinator_layer")}
    years = {option.key: option.label(locale) for option in taxonomy.options("experience_years")}
    experience = _("経験%(years)s", years="\0")
    without_account = _("登録していない方")
    separator = ", " if locale == "en" else "・"
    shown = []
    for row in rows:
        name = writer_name(row.alias, row.guest_name, row.handle)
        mine = bool(row.mine)
        published = row.state == "published"
        layer = row.coordinator_layer or row.shown_layer
        years_of = years.get(row.experience_years or row.shown_years or "", "")
        position = [layers.get(layer or "", "")] if layer != "none" else []
        if years_of and layer != "none":
            position.append(experience.replace("\0", years_of))
        if row.guest_name:
            position.append(without_account)
        readable = published or mine or page.may_moderate
        shown.append(
            PostShown(
                id=row.id,
                number=row.number,
                depth=len(row.path or "    ") // 4 - 1,
                state=row.state,
                reason=row.state_reason if mine or page.may_moderate else "",
                name=name,
                name_href=f"/members/{row.handle}" if row.handle and not row.alias else "",
                initial=name[:1],
                role=roles.get(row.role or "", ""),
                position=separator.join(part for part in position if part),
                at=moment(row.created_at, locale, now),
                html=Markup(row.html) if readable and row.state != "deleted" else Markup(""),  # noqa: S704
                edited=moment(row.edited_at, locale, now) if row.edited_at else None,
                to_number=row.parent_number,
                to_name=writer_name(row.parent_alias, row.parent_guest, row.parent_handle) if row.parent_number else "",
                is_new=page.read_up_to is not None
                and not mine
                and row.number is not None
                and row.number > page.read_up_to,
                is_accepted=row.id == page.accepted_id,
                mine=mine,
                by_staff=row.by_staff,
                may_edit=mine and page.may_write and row.state in ("published", "held"),
                may_delete=mine and page.may_write and row.state in ("published", "held"),
                may_accept=page.may_accept and published and row.number not in (None, 1),
                may_moderate=page.may_moderate,
            )
        )
    return shown


def add_reactions(
    shown: Iterable[PostShown],
    counts: Mapping[int, Mapping[str, tuple[int, bool]]],
    kind: str,
    locale: str,
    may_react: bool,
) -> None:
    """Give each published post its reactions, in the list's order; those of one kind of board only stand there.

    Whoever may not react here, as nobody may to a post of their own, is shown what others said and no list of what
    could be said.
    """
    options = taxonomy.options("reaction")
    for_all = [(option.key, option.label(locale)) for option in options if not option.only_on]
    for_first = [(option.key, option.label(locale)) for option in options if option.only_on in ("", kind)]
    nothing: Mapping[str, tuple[int, bool]] = {}
    for post in shown:
        if post.state == "published" and (post.id in counts or (may_react and not post.mine)):
            of_post = counts.get(post.id, nothing)
            post.reactions = [
                (key, label, *of_post.get(key, (0, False)))
                for key, label in (for_first if post.number == 1 else for_all)
            ]


def who_reads(of: str) -> str:
    """One sentence on who will be able to read what is written for this audience."""
    match of:
        case audience.PUBLIC:
            return _("この書き込みは、サイトを訪れたすべての人が読めます。")
        case audience.NETWORK:
            return _("この書き込みは、会員と、参加している企業の人が読めます。")
        case audience.MEMBERS:
            return _("この書き込みは、会員だけが読めます。")
        case audience.EXPERTS:
            return _("この書き込みは、専門家と事務局だけが読めます。")
        case audience.INDUSTRY:
            return _("この書き込みは、参加している企業の人と事務局だけが読めます。")
        case audience.STAFF:
            return _("この書き込みは、事務局だけが読めます。")
    return _("この書き込みは、部屋の参加者だけが読めます。")


def why_not(why: str) -> str:
    """Why somebody may not write here, in words; `why` is one of policy's reasons, empty for none."""
    if not why:
        return ""
    words: dict[str, str] = {
        "sign_in": _("書き込むにはサインインしてください。"),
        "role": _("企業の方はここでは読むことと、気持ちを伝えるボタンだけが使えます。"),
        "start": _("ここの話題は事務局がはじめます。返信はどなたでもできます。"),
        "second_person": _("求めた本人が認めることはできません。事務局のもう一人が確かめます。"),
        "named_file": _("匿名で付けられるファイルは、画像とテキストだけです。"),
        "anonymous": _("この場所では、匿名では書き込めません。"),
        "archived": _("この場所は保存されたもので、新しく書き込むことはできません。"),
        "locked": _("この話題への書き込みは締め切られました。"),
        "before": _("この会議室はまだ始まっていません。"),
        "closed": _("この会議室は終わりました。"),
        "not_their_place": _(
            "この方は、ここを読むことか、ここに書き込むことができません。ほかの場所を選んでください。"
        ),
        "hidden": _(
            "この書き込みは、事務局が非表示にしました。直したり取り下げたりするには、事務局へお知らせください。"
        ),
        "gone": _("文はもう消されていて、元に戻せません。"),
    }
    return words.get(why) or str(_("この操作は、書いた人か事務局だけができます。"))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a post, where it stands, and when."""

    href: str
    title: str
    text: str
    at: Moment


def excerpts(rows: Iterable[Row[Any]], locale: str) -> list[Excerpt]:
    """The rows of `queries.posts_of_person` as a list shows them."""
    now = clock.now()
    return [
        Excerpt(f"/posts/{row.id}", row.title, plain(row.html, 80), moment(row.created_at, locale, now)) for row in rows
    ]
