"""Every read of boards, topics and posts, through the wall.

What the hot pages ask is built once (`cache`) and run with `database.run`; the rest is written where it is used.
"""

from sccafe.boards.queries.columns import PER_PAGE
from sccafe.boards.queries.drafts import boards_by_id, draft, draft_for, drafts, numbers_of_posts, topics_by_id
from sccafe.boards.queries.feeds import board_of_feed, posts_of_board_feed, posts_of_waiting_feed
from sccafe.boards.queries.files import Files, file, files_of, files_of_rows
from sccafe.boards.queries.lists import (
    board,
    board_by_id,
    board_for_home,
    board_to_write_on,
    boards,
    boards_with_newest,
    raised_questions,
    topics_of_board,
    topics_of_home,
    unread_topics,
    waiting_questions,
)
from sccafe.boards.queries.posts import first_unread, page_of, person, post, posts_of_person, versions
from sccafe.boards.queries.topics import (
    Order,
    held_posts,
    own_held_posts,
    own_held_topic,
    own_posts,
    post_of_topic,
    posts_of_page,
    reactions_of,
    topic,
    who_reacted,
)

__all__ = [
    "PER_PAGE",
    "Files",
    "Order",
    "board",
    "board_by_id",
    "board_for_home",
    "board_of_feed",
    "board_to_write_on",
    "boards",
    "boards_by_id",
    "boards_with_newest",
    "draft",
    "draft_for",
    "drafts",
    "file",
    "files_of",
    "files_of_rows",
    "first_unread",
    "held_posts",
    "numbers_of_posts",
    "own_held_posts",
    "own_held_topic",
    "own_posts",
    "page_of",
    "person",
    "post",
    "post_of_topic",
    "posts_of_board_feed",
    "posts_of_page",
    "posts_of_person",
    "posts_of_waiting_feed",
    "raised_questions",
    "reactions_of",
    "topic",
    "topics_by_id",
    "topics_of_board",
    "topics_of_home",
    "unread_topics",
    "versions",
    "waiting_questions",
    "who_reacted",
]
