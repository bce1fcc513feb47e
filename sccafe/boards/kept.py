"""Posts as HTML, kept by everything that they show.

What a reader is shown of a post follows from its row, its reactions and the reader's rights alone. So the same HTML is
given to everyone to whom the same is shown, and nothing has to be told when something changes: another row is another
key. Making it anew for every page was half of a topic page's time (1.2 of 2.6 ms for 25 posts).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.boards import shown
from sccafe.core import clock
from sccafe.core.fragments import labels

#: So many posts in each process: about 5 kB each with their keys.
MOST = 1000
#: What is said of a younger moment changes with every minute.
YOUNG = timedelta(days=1)
#: Stands for the reader's token, which is put in once per page. No text of anybody holds a NUL (core/markup.py).
_TOKEN = "\0token\0"  # noqa: S105

Reactions = Mapping[int, Mapping[str, tuple[int, bool]]]


def posts_html(
    rows: Sequence[Row[Any]], counts: Reactions, look: shown.PageOfPosts, kind: str, token: str
) -> list[Markup]:
    """The HTML of each row of `queries.posts_of_page`, in their order."""
    kept: dict[Any, str] = current_app.extensions.setdefault("sccafe_posts", {})
    now = clock.now()
    rights = (look.may_write, look.may_reply, look.may_react, look.may_report, look.may_accept, look.may_moderate)
    of_page = (look.locale, look.user_id is None, rights, kind, now.year)
    texts = []
    for row in rows:
        mine = look.user_id is not None and row.author_id == look.user_id
        is_new = look.read_up_to is not None and (row.number or 0) > look.read_up_to
        reactions = tuple(sorted(counts[row.id].items())) if row.id in counts else ()
        key = (of_page, mine, is_new, row.id == look.accepted_id, reactions, tuple(row))
        text = kept.get(key)
        if text is None:
            text = _made(row, counts, look, kind)
            if now - (row.edited_at or row.created_at) > YOUNG:
                if len(kept) >= MOST:
                    kept.clear()  # the pages read at the moment are back at once
                kept[key] = text
        texts.append(Markup(text.replace(_TOKEN, token)))  # noqa: S704  our own template's output
    return texts


def _made(row: Row[Any], counts: Reactions, look: shown.PageOfPosts, kind: str) -> str:
    post = shown.posts([row], look)
    shown.add_reactions(post, counts, kind, look.locale, look.may_react)
    macros: Any = current_app.jinja_env.get_template("macros/post.html").module
    return str(macros.post_list(post, words(look, row.topic_id, _TOKEN)))


def words(look: shown.PageOfPosts, topic_id: int, token: str) -> dict[str, Any]:
    """The words of a post for the macros of templates/macros/post.html."""
    member = look.user_id is not None
    of_all = labels(
        "post_labels", member=member, may_reply=look.may_reply, may_react=look.may_react, may_report=look.may_report
    )
    return {**of_all, "topic": topic_id, "token": token}
