"""What an owner says of an item, and who is to answer for it."""

from flask_babel import lazy_gettext as _l

from sccafe.accounts.forms.base import Clean, Form, Line
from sccafe.core.language import gettext as _

NOTE_LENGTH = 300
#: Longer than any handle: what is none is told so by the write.
HANDLE_LENGTH = 60


class WorkForm(Form):
    """What needs work, in one line."""

    note = Line(
        _l("どこを直すとよいか"),
        [Clean(NOTE_LENGTH)],
        description=_l("例：連絡先が変わった、いまは続いていない。持ち主と事務局だけが読みます。"),
    )
    do = Line()

    @property
    def says_right(self) -> bool:
        """Without a button's name it is the main one, unless there is a word on what needs work."""
        return self.do.data == "right" or (self.do.data != "work" and not self.note.data)


class OwnerForm(Form):
    handle = Line(
        _l("持ち主のハンドル名"),
        [Clean(HANDLE_LENGTH)],
        description=_l("いまも正しいかを、この方にたずねます。空にすると、事務局の持ち物になります。"),
    )
    successor = Line(
        _l("あとを引き継ぐ人のハンドル名"),
        [Clean(HANDLE_LENGTH)],
        description=_l("持ち主がここを離れると、この方が持ち主になります。空なら事務局が引き継ぎます。"),
    )

    def refuse_person(self, field: str) -> None:
        """Say that one of the handles is nobody who may own an item."""
        meant = self.handle if field == "owner" else self.successor
        self.refuse(meant, _("このハンドル名の、持ち主になれる方はいません。書き方を確かめてください。"))
