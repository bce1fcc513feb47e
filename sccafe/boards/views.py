"""Every page of boards, topics and posts: `grep` for an address ends in one of these files."""

from sccafe.boards import list_views, post_views, topic_views
from sccafe.boards.blueprint import pages

__all__ = ["list_views", "pages", "post_views", "topic_views"]
