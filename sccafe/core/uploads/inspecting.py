"""Taking a file from its sender: into a temporary file, its kind found, its pictures made."""

import hashlib
import json
import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask_babel import lazy_gettext as _l

from sccafe.core import programs
from sccafe.core.uploads import kinds, names, office
from sccafe.core.uploads.kinds import Kind, Refused

_CHUNK = 64 * 1024
#: For the program that makes pictures.
_LIMITS = programs.Limits(memory=1024**3, seconds=15, written=64 * 1024**2, wait=20)
#: One at a time in each process: four threads with large pictures at once would need the memory of four.
_turn = threading.BoundedSemaphore(1)
_PROGRAM = Path(__file__).with_name("pictures.py")

_BY_TYPE = {kind.media_type: kind for kind in (kinds.JPEG, kinds.PNG, kinds.WEBP)}
_IMAGE_ENDINGS = {ending for kind in (*_BY_TYPE.values(), kinds.GIF) for ending in kind.endings}
_WHY: dict[tuple[str, str], Any] = {
    ("image", "pixels"): _l("画像の縦横が大きすぎます（5,000万画素まで）。小さくしてから付けてください。"),
    ("image", "broken"): _l("画像を開けませんでした。こわれていないか確かめて、保存し直してください。"),
    ("pdf", "password"): _l("パスワードのかかったPDFです。パスワードを外してから付けてください。"),
    ("pdf", "broken"): _l("PDFを開けませんでした。こわれていないか確かめて、作り直してください。"),
}


@dataclass(frozen=True)
class Picture:
    """A small picture of a file, as WebP."""

    content: BinaryIO
    width: int
    height: int


@dataclass(frozen=True)
class Upload:
    """A file that may be kept; its temporary files go when nobody holds this any more."""

    #: As it can be shown and saved: names.py.
    name: str
    #: image, pdf, docx, xlsx, pptx, odt, ods, odp, text or csv.
    kind: str
    media_type: str
    #: In bytes, as it will be kept: of a picture, of the one made anew.
    size: int
    content: BinaryIO
    #: Of an image and of a PDF's first page.
    picture: Picture | None
    #: SHA-256 of what was sent.
    digest: str

    @property
    def may_name_its_maker(self) -> bool:
        """Whether it can hold the name of whoever made it: documents do, pictures made anew and plain text do not."""
        return self.kind not in ("image", "text", "csv")


def take(stream: BinaryIO, claimed: str, most: int) -> Upload:
    """Inspect what is sent under this name; `most` is in bytes. Raises Refused. Slow: not inside a transaction."""
    file, digest = _kept_aside(stream, most)
    kind = kinds.of(file, claimed)
    if kind is kinds.ZIP:
        kind = office.of(file)
    picture = None
    if kind.key in ("image", "pdf"):
        kind, file, picture = _with_picture(kind, file)
    name = names.clean(claimed, kind.endings, _IMAGE_ENDINGS if kind.key == "image" else ())
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Upload(name, kind.key, kind.media_type, size, file, picture, digest)


def _kept_aside(stream: BinaryIO, most: int) -> tuple[BinaryIO, str]:
    """Copy into a temporary file, piece by piece, no further than what may be sent."""
    file, digest, size = temporary(), hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > most:
            raise Refused(
                _l(
                    "ひとつのファイルは%(size)sMBまでです。小さくするか、分けてから付けてください。",
                    size=most // 1024**2,
                )
            )
        digest.update(piece)
        file.write(piece)
    file.flush()
    return file, digest.hexdigest()


def temporary() -> BinaryIO:
    """A file without a name, gone when nobody holds it any more."""
    return cast(BinaryIO, tempfile.TemporaryFile())


def _with_picture(kind: Kind, file: BinaryIO) -> tuple[Kind, BinaryIO, Picture]:
    """An image made anew, or a PDF as it is, with a small picture. Raises Refused."""
    target, small = temporary(), temporary()
    said = draw(kind.key, file, target, small)
    if "refused" in said:
        raise Refused(_WHY.get((kind.key, said["refused"]), _WHY[kind.key, "broken"]))
    picture = Picture(small, said["width"], said["height"])
    small.seek(0)
    if kind.key == "pdf":
        return kind, file, picture
    return _BY_TYPE[said["media_type"]], target, picture


def draw(
    what: str, file: BinaryIO, target: BinaryIO, small: BinaryIO, *more: str, patience: float = 60
) -> dict[str, Any]:
    """Let the program make its pictures; whatever kills it, the file is to blame.

    Raises Refused where its turn does not come within `patience` seconds.
    """
    if not _turn.acquire(timeout=patience):
        raise Refused(_l("ファイルの確認が混み合っています。少し待ってから、もう一度送ってください。"))
    numbers = (target.fileno(), small.fileno())
    try:
        written = programs.run(_PROGRAM, [what, *map(str, numbers), *more], file, _LIMITS, numbers)
        said: dict[str, Any] = json.loads(written)
    except (programs.Ended, ValueError):
        return {"refused": "broken"}
    finally:
        _turn.release()
    return said
