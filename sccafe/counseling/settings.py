"""What the counseling desk sets on its pages."""

from sccafe.core import site_settings

#: Markdown: when not to wait for an answer here, and whom to call. Shown before the form.
URGENT = site_settings.declare("counseling_urgent", "")
#: Days after which a closed or withdrawn request loses name and contact, and after which its texts.
CONTACT_KEPT_DAYS = site_settings.declare("counseling_contact_kept_days", 180)
TEXT_KEPT_DAYS = site_settings.declare("counseling_text_kept_days", 1095)
#: Days after which an answered request about which nothing more is said is closed.
CLOSED_AFTER_DAYS = site_settings.declare("counseling_closed_after_days", 30)
