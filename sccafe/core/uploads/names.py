"""The name of a file that somebody sent, as it can be shown and saved."""

import unicodedata
from collections.abc import Collection

#: Of a name, no more characters than this are kept.
LENGTH = 120
#: Control, invisible and bidirectional characters, halves of pairs, private ones, separators of lines.
_LEFT_OUT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(claimed: str, endings: Collection[str], replaced: Collection[str] = ()) -> str:
    """The name without path and without characters that hide or turn something, with one of the `endings`.

    The first of them is added where the name has another: a file is saved as what it is. Those in `replaced` give way.
    """
    last = claimed.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", last)
        if character.isspace() or unicodedata.category(character) not in _LEFT_OUT
    )
    plain = " ".join(plain.split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if dot and stem and ending.lower() in endings:
        pass
    elif dot and stem and ending.lower() in replaced:
        ending = next(iter(endings))
    else:
        stem, ending = plain, next(iter(endings))
    stem = (stem or "file")[: LENGTH - len(ending) - 1].rstrip(". ")
    return f"{stem or 'file'}.{ending}"
