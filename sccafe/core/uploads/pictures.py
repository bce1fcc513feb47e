"""A program of its own: makes pictures of what somebody sent, and may die of it.

    python pictures.py image|pdf TARGET SMALL < FILE
    python pictures.py page TARGET SMALL NUMBER < FILE

TARGET and SMALL are the numbers of open files: the picture made anew (not for a PDF), and a small one. For a page of a
PDF, counted from 1, TARGET becomes its picture, to be read. What it says is one line of JSON. It runs within limits
(core/programs.py) that no honest file reaches, so that one made to harm takes nothing down but this process. It imports
nothing of the site.
"""

import json
import math
import os
import sys
from typing import Any, BinaryIO

#: 50 megapixels: the largest picture that telephones make by themselves.
MOST_PIXELS = 50_000_000
#: No side of a picture that is kept is longer: a page scanned at 300 dpi keeps every point.
SIDE = 4096
#: A small picture fits into this.
SMALL = (480, 960)
#: A page to be read fits into this: A4 at 150 dots to the inch.
PAGE = (1240, 1754)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: How the EXIF orientation is undone, as names of Pillow's transpositions.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


class CannotTake(Exception):
    """The word that the site knows: pixels, password or broken."""


def image(source: BinaryIO, target: BinaryIO, small: BinaryIO) -> dict[str, Any]:
    """The picture made anew from its points alone: nothing else that was in the file goes on."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source, formats=_FORMATS) as opened:
        _refuse_many(opened.size)
        written = "JPEG" if opened.format in ("JPEG", "MPO") else opened.format or ""
        turn = _TURNS.get(opened.getexif().get(0x0112, 1))
        # A JPEG of twice the size is read at half of it, in a quarter of the memory.
        opened.draft("RGB", (SIDE * 7 // 8, SIDE * 7 // 8))
        opened.load()
        _refuse_many(opened.size)
        picture = _in_plain_colours(opened)
        picture.thumbnail((SIDE, SIDE), reducing_gap=2.0)
        picture = picture.copy()
    if turn:
        picture = picture.transpose(Image.Transpose[turn])
    picture.info = {}
    media_type = _save(picture, "PNG" if written == "GIF" else written, target)
    picture.thumbnail(SMALL, reducing_gap=3.0)
    picture.save(small, "WEBP", quality=80)
    return {"media_type": media_type, "width": picture.width, "height": picture.height}


def _refuse_many(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise CannotTake("pixels")


def _in_plain_colours(picture: Any) -> Any:
    """Grey, RGB or RGBA."""
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.point(lambda value: value * (1 / 256))  # 16 bits of grey
        return picture.convert("L")
    if picture.mode != "RGBA" and ("transparency" in picture.info or picture.mode in ("LA", "PA", "La", "RGBa")):
        return picture.convert("RGBA")
    plain = "L" if picture.mode in ("1", "L") else "RGBA" if picture.mode == "RGBA" else "RGB"
    return picture if picture.mode == plain else picture.convert(plain)


def _save(picture: Any, written: str, target: BinaryIO) -> str:
    if written == "PNG":
        picture.save(target, "PNG")
        # A photograph as PNG would grow beyond what may be sent.
        if target.tell() <= 8 * 1024**2:
            return "image/png"
        target.seek(0)
        target.truncate()
        written = "WEBP"
    if written == "JPEG" and picture.mode == "RGBA":
        picture = picture.convert("RGB")
    picture.save(target, written, quality=85)
    return f"image/{written.lower()}"


def pdf(source: BinaryIO, target: BinaryIO, number: int, size: tuple[int, int]) -> dict[str, Any]:
    """A page as a picture; its size is ours, whatever the page says of its own."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
        if number > len(document):
            raise CannotTake("broken")
        page = document[number - 1]
        width, height = page.get_size()
    except pypdfium2.PdfiumError as error:
        raise CannotTake("password" if "password" in str(error).lower() else "broken") from error
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise CannotTake("broken")
    scale = min(size[0] / width, size[1] / height)
    if not math.isfinite(scale) or scale <= 0:
        raise CannotTake("broken")
    picture = page.render(scale=scale).to_pil().convert("RGB")
    picture.thumbnail(size)
    picture.save(target, "WEBP", quality=80)
    return {"width": picture.width, "height": picture.height}


def main() -> None:
    what, target, small = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        with os.fdopen(target, "w+b") as target_file, os.fdopen(small, "w+b") as small_file:
            if what == "image":
                made = image(sys.stdin.buffer, target_file, small_file)
            elif what == "page":
                made = pdf(sys.stdin.buffer, target_file, int(sys.argv[4]), PAGE)
            else:
                made = pdf(sys.stdin.buffer, small_file, 1, SMALL)
    except CannotTake as refused:
        made = {"refused": str(refused)}
    except Exception as error:
        # Pillow names a picture with too many points in its own way.
        bomb = type(error).__name__ in ("DecompressionBombError", "DecompressionBombWarning")
        made = {"refused": "pixels" if bomb else "broken"}
    sys.stdout.write(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
