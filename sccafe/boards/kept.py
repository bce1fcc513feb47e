"""Topic rows and posts as HTML, kept by everything that they show.

What a reader is shown of a post follows from its row, its reactions, its files and the reader's rights alone; of a
topic in a list, from its row and the number of posts new to the reader. So the same HTML is given to everyone to whom
the same is shown, and nothing has to be told when something changes: another row is another key. What is said of a
moment ("3 hours ago") is part of the key. Making it anew for every page was half of a page's time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.boards import files_shown, shown
from sccafe.boards.queries import Files
from sccafe.core import clock
from sccafe.core.formats import moment
from sccafe.core.fragments import labels

#: So many of each in every process: a post takes about 5 kB with its key, a row 1 kB.
MOST_POSTS, MOST_ROWS = 1000, 2000
#: Stand for the reader's token, put in once per page, and between two texts. No text of anybody holds a NUL
#: (core/markup.py).
_TOKEN = "\0token\0"  # noqa: S105
_BETWEEN = "\0next\0"

Reactions = Mapping[int, Mapping[str, tuple[int, bool]]]


def _texts(shelf: str, most: int, keys: Sequence[Any], make: Callable[[list[int]], str]) -> list[str]:
    """The text of each key. Those not yet kept are made in one go: `make` is given their places, and puts _BETWEEN
    after each."""
    kept: dict[Any, str] = current_app.extensions.setdefault(shelf, {})
    texts = [kept.get(key) for key in keys]
    missing = [place for place, text in enumerate(texts) if text is None]
    if missing:
        if len(kept) + len(missing) > most:
            kept.clear()  # the pages read at the moment are back at once
        for place, text in zip(missing, make(missing).split(_BETWEEN), strict=False):
            texts[place] = kept[keys[place]] = text
    return [text or "" for text in texts]


# --- topics in lists ------------------------------------------------------------------------------


def topic_rows_html(
    rows: Sequence[Row[Any]], language: str, joined_at: datetime | None, *, with_board: bool
) -> list[Markup]:
    """The HTML of each row of a list of topics, in their order; `joined_at` is None for visitors."""
    now = clock.now()
    of_page = (language, with_board)
    keys = []
    for row in rows:
        period = (row.opens_at and now < row.opens_at, row.closes_at and now >= row.closes_at)
        said = moment(row.last_post_at, language, now).tag
        # Without the reader's mark, the last column: what counts of it is how many posts are new.
        keys.append((of_page, shown.unread_of(row, joined_at), period, said, row[:-1]))

    def make(missing: list[int]) -> str:
        made = shown.topic_rows([rows[place] for place in missing], language, joined_at, with_board=with_board)
        macros: Any = current_app.jinja_env.get_template("macros/topic_row.html").module
        return str(macros.topic_rows(made, labels("row_labels"), _BETWEEN))

    return [Markup(text) for text in _texts("sccafe_topic_rows", MOST_ROWS, keys, make)]  # noqa: S704  our template's


def board_lines_html(rows: Sequence[Row[Any]], language: str) -> list[Markup]:
    """The HTML of each board of the lounge with its newest topic (queries.boards_with_newest)."""
    now = clock.now()
    said = [moment(row.last_post_at, language, now).tag if row.last_post_at else "" for row in rows]
    keys = [(language, at, tuple(row)) for row, at in zip(rows, said, strict=True)]

    def make(missing: list[int]) -> str:
        lines = [shown.board_line(rows[place], said[place], language) for place in missing]
        macros: Any = current_app.jinja_env.get_template("macros/topic_row.html").module
        return str(macros.board_lines(lines, labels("row_labels"), _BETWEEN))

    return [Markup(text) for text in _texts("sccafe_board_lines", MOST_ROWS, keys, make)]  # noqa: S704  our template's


# --- posts ----------------------------------------------------------------------------------------


def posts_html(
    rows: Sequence[Row[Any]], counts: Reactions, files: Files, look: shown.PageOfPosts, kind: str, token: str
) -> list[Markup]:
    """The HTML of each row of `queries.posts_of_page`, in their order."""
    now, language = clock.now(), look.locale
    rights = (look.may_write, look.may_reply, look.may_react, look.may_report, look.may_accept, look.may_moderate)
    of_page = (language, look.user_id is None, rights, kind)
    keys = []
    for row in rows:
        is_new = look.read_up_to is not None and (row.number or 0) > look.read_up_to
        reactions = tuple(sorted(counts[row.id].items())) if row.id in counts else ()
        said = moment(row.created_at, language, now).tag
        of_post = tuple(map(tuple, files[row.id])) if row.file_count and row.id in files else ()
        keys.append((of_page, is_new, row.id == look.accepted_id, reactions, said, of_post, tuple(row)))

    def make(missing: list[int]) -> str:
        made = shown.posts([rows[place] for place in missing], look)
        shown.add_reactions(made, counts, kind, language, look.may_react)
        for post in made:
            files_shown.add(post, files, language)
        macros: Any = current_app.jinja_env.get_template("macros/post.html").module
        return str(macros.post_list(made, words(look, rows[0].topic_id, _TOKEN), _BETWEEN))

    texts = _texts("sccafe_posts", MOST_POSTS, keys, make)
    return [Markup(text.replace(_TOKEN, token)) for text in texts]  # noqa: S704  our own template's output


def words(look: shown.PageOfPosts, topic_id: int, token: str) -> dict[str, Any]:
    """The words of a post for the macros of templates/macros/post.html."""
    member = look.user_id is not None
    of_all = labels(
        "post_labels", member=member, may_reply=look.may_reply, may_react=look.may_react, may_report=look.may_report
    )
    return {**of_all, "topic": topic_id, "token": token}
