"""What the counseling desk has typed outside of requests, for 「完全に消す」.

What stands in a request is sealed with its own key, and whoever reads it is recorded: nothing there is looked through.
A request that must not stay is deleted as a whole, with its key.
"""

from flask_babel import lazy_gettext as _l

from sccafe.counseling.models import TextBlock
from sccafe.moderation.erasing import holds_text

holds_text(_l("相談窓口の定型文"), TextBlock.title, TextBlock.source)
