"""What people want to be told."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField

from sccafe.notifications import policy


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """Two boxes for each kind: on the site, and by mail where it is mailed."""

    reply_site = BooleanField()
    reply_mail = BooleanField()
    answer_site = BooleanField()
    answer_mail = BooleanField()
    accepted_site = BooleanField()
    accepted_mail = BooleanField()
    reminder_site = BooleanField()
    reminder_mail = BooleanField()
    report_site = BooleanField()
    report_mail = BooleanField()
    waiting_site = BooleanField()
    waiting_mail = BooleanField()
    review_site = BooleanField()
    review_mail = BooleanField()
    returned_site = BooleanField()
    returned_mail = BooleanField()
    published_site = BooleanField()
    published_mail = BooleanField()
    check_site = BooleanField()
    check_mail = BooleanField()
    # Told on the site alone (policy.WITHOUT_MAIL).
    tried_site = BooleanField()
    handed_site = BooleanField()
    submitted_site = BooleanField()
    work_site = BooleanField()

    def __init__(self, wanted: dict[str, tuple[bool, bool]]) -> None:
        """Only the kinds of `wanted` are in the form; it shows what is wanted now."""
        data: dict[str, bool] = {}
        for kind, (on_site, by_mail) in wanted.items():
            data |= {f"{kind}_site": on_site, f"{kind}_mail": by_mail}
        super().__init__(data=data)
        self.kinds = tuple(wanted)
        for kind in policy.SWITCHABLE:
            if kind not in wanted:
                del self[f"{kind}_site"]
                if kind not in policy.WITHOUT_MAIL:
                    del self[f"{kind}_mail"]

    @property
    def wanted(self) -> dict[str, tuple[bool, bool]]:
        return {
            kind: (self[f"{kind}_site"].data, kind not in policy.WITHOUT_MAIL and self[f"{kind}_mail"].data)
            for kind in self.kinds
        }


class MuteForm(FlaskForm):  # type: ignore[misc]
    """One button: `muted` is 1 or 0, and without it the press turns what is."""

    muted = HiddenField()

    def wanted(self, is_muted: bool) -> bool:
        return bool(self.muted.data == "1") if self.muted.data in ("0", "1") else not is_muted
