"""Every page of boards, topics and posts: `grep` for an address ends in one of these files."""

from sccafe.boards import draft_views, feed_views, file_views, list_views, meeting_views, post_views, topic_views
from sccafe.boards.blueprint import pages

__all__ = [
    "draft_views",
    "feed_views",
    "file_views",
    "list_views",
    "meeting_views",
    "pages",
    "post_views",
    "topic_views",
]
