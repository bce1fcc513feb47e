"""The addresses of the library, by what they are about."""

from sccafe.library import (
    checking_views,
    desk_views,
    edit_views,
    feed_views,
    file_text,
    file_views,
    hand_in_views,
    handout_views,
    item_views,
    list_views,
    offering,
    report_views,
    selection_views,
    step_views,
    transfer_views,
    version_views,
)
from sccafe.library.blueprint import pages

__all__ = [
    "checking_views",
    "desk_views",
    "edit_views",
    "feed_views",
    "file_text",
    "file_views",
    "hand_in_views",
    "handout_views",
    "item_views",
    "list_views",
    "offering",
    "pages",
    "report_views",
    "selection_views",
    "step_views",
    "transfer_views",
    "version_views",
]
