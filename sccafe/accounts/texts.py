"""What may stand in the lines and texts that people type about themselves and others."""

import unicodedata

#: Characters that turn the direction of writing: with them a name can be made to look like another.
_DIRECTION = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f", "\u061c"}
#: Characters without any shape of their own, some of which count as letters.
_INVISIBLE = {
    *map(chr, range(0x200B, 0x200D)),
    *map(chr, range(0x2060, 0x2066)),
    *map(chr, range(0x206A, 0x2070)),
    *map(chr, range(0xE0000, 0xE0080)),
    *("\u00ad", "\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180e", "\u3164", "\ufeff", "\uffa0"),
}


def is_invisible(character: str) -> bool:
    return character in _INVISIBLE or character in _DIRECTION


def line(written: str | None) -> str:
    """One line as it is stored: composed, without white space around it."""
    return unicodedata.normalize("NFC", written or "").strip()


def several_lines(written: str | None) -> str:
    """A text of several lines as it is stored."""
    text = (written or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).strip()


def is_clean(text: str, lines: bool = False) -> bool:
    """Whether a line holds no control character and nothing that hides; `lines` lets line ends and tabs through."""
    allowed = "\n\t" if lines else ""
    for character in text:
        if character in allowed:
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or is_invisible(character):
            return False
    return True
