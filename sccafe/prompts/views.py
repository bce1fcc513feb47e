"""The pages of prompts: the blueprint with all its addresses."""

from sccafe.prompts import answer_views, entering_views, staff_views
from sccafe.prompts.blueprint import pages

__all__ = ["answer_views", "entering_views", "pages", "staff_views"]
