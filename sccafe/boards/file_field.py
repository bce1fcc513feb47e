"""The field in which files are chosen."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from flask import current_app
from werkzeug.datastructures import FileStorage
from wtforms import Field

from sccafe.core.language import gettext as _
from sccafe.core.uploads import ACCEPT, Refused, Upload, take


class Files(Field):  # type: ignore[misc]
    """Files, which after validation are ready to be stored in `uploads`; macros/form.html writes the control."""

    uploads: list[Upload]
    data: list[FileStorage]
    #: What the window for choosing offers.
    accept = ACCEPT

    @property
    def most(self) -> int:
        """How many files a post may have."""
        return int(current_app.config["SETTINGS"].files_per_post)

    @property
    def file_mb(self) -> int:
        """How large each may be, in megabytes."""
        return int(current_app.config["SETTINGS"].file_mb)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.errors: list[str] = []
        self.uploads = []
        sent = formdata.getlist(self.name) if formdata is not None else ()
        self.data = [file for file in sent if isinstance(file, FileStorage) and file.filename]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Inspect each file, and say of each that cannot be taken why: slow, so not while a transaction is open."""
        self.errors, self.uploads = [], []
        if len(self.data) > self.most:
            self.errors = [_("ファイルは%(most)s個までです。減らしてから送ってください。", most=self.most)]
            return False
        for file in self.data:
            try:
                self.uploads.append(take(cast(BinaryIO, file.stream), file.filename or "", self.file_mb * 1024**2))
            except Refused as refused:
                self.errors.append(_("「%(name)s」：%(why)s", name=_as_typed(file), why=refused.message))
        if "anonymous" in form and form.anonymous.data:
            self.errors += [_named(upload.name) for upload in self.uploads if upload.may_name_its_maker]
        return not self.errors


class TakesFiles:
    """For a form that has the field `files`: without it where the site takes none."""

    files: Files | None

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not current_app.config["SETTINGS"].files_per_post:
            del self.files

    @property
    def uploads(self) -> Sequence[Upload]:
        """After validation."""
        return self.files.uploads if self.files is not None else ()


def _named(name: str) -> str:
    return _(
        "「%(name)s」：PDFやWordなどの文書には、作った人の名前が残っていることがあります。"
        "匿名で付けられるのは、画像とテキストです。",
        name=name,
    )


def _as_typed(file: FileStorage) -> str:
    """The name by which its sender knows it, in one line."""
    name = (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in name if character.isprintable())[:120]
