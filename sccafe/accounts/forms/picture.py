"""A field in which one picture is chosen."""

from typing import Any, BinaryIO, cast

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms.validators import StopValidation

from sccafe.core.uploads import Picture, Refused, take


class PictureField(FileField):  # type: ignore[misc]
    """One image; after validation `taken` is its small picture, which holds nothing of the file but its points."""

    taken: Picture | None = None

    def pre_validate(self, form: Any) -> None:
        """Slow, so not while a transaction is open."""
        self.taken = None
        if not self.data:
            return
        most = int(current_app.config["SETTINGS"].file_mb) * 1024**2
        try:
            upload = take(cast(BinaryIO, self.data.stream), self.data.filename or "", most)
        except Refused as refused:
            raise StopValidation(refused.message) from refused
        if upload.kind != "image" or upload.picture is None:
            raise StopValidation(_l("写真は、JPEG、PNG、WebPの画像にしてください。"))
        self.taken = upload.picture
