"""Turns the Markdown that people write into HTML that is safe to show to everybody.

Three walls stand one behind the other. text_rules.py refuses texts whose rendering would take long. Python-Markdown
renders the rest, and here it knows no raw HTML, no images and no addresses but those that `_address` accepts. bleach
then lets through only the tags and attributes named here, whatever came before it.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import MutableMapping
from html import unescape
from html.entities import html5 as _named_entities
from typing import Any, ClassVar
from urllib.parse import urlsplit
from xml.etree import ElementTree

from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension, TableProcessor
from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor, InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, AtomicString, code_escape

from sccafe.core.text_rules import MAX_CELLS, NOT_TEXT, TextRefused, check, normalise

#: Stands beside every stored HTML. Raise it when a text would come out differently, then run `sccafe rerender`.
RENDERER_VERSION: int = 1


def render(source: str) -> str:
    """Return the text as safe HTML; raise TextRefused where `check` does, and for tables and nesting beyond measure."""
    text = normalise(source)
    check(text)
    # Fresh instances: neither library's is safe between threads or after an exception, and both cost 0.15 ms together.
    markdown = Markdown(extensions=[_PostExtension()], output_format="html")
    cleaner = Cleaner(tags=_TAGS, attributes=_is_allowed, protocols=("http", "https"), filters=[_LinkFilter])
    try:
        return cleaner.clean(markdown.convert(text))
    except RecursionError:
        raise TextRefused("too_complex") from None


# --- Addresses ------------------------------------------------------------------------------------

_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"

# A bare address: http or https, no user and password, up to the first character that is not ASCII, without trailing
# punctuation and without brackets that do not close. Every choice is possessive, so that each character is read at most
# a few times.
_INSIDE = r"(?:[A-Za-z0-9%=+$@/#\-]|&amp;|&(?!#?[A-Za-z0-9]++;))"
_BETWEEN = r"[.,:;!?'*_~]"
_BARE_ADDRESS = (
    r"(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://(?![^\s/?#@<>\"\x7f-\U0010ffff]*+@)"
    r"[A-Za-z0-9](?:[.\-_]*+[A-Za-z0-9])*+(?::[0-9]++)?+"
    rf"(?:[/?#](?:{_BETWEEN}*+(?:{_INSIDE}|\((?:{_INSIDE}|{_BETWEEN})*+\)|\[(?:{_INSIDE}|{_BETWEEN})*+\]))*+)?+"
)
_BARE_ADDRESS_RE = re.compile(_BARE_ADDRESS)
# What browsers drop from an address or read as "/".
_NEVER_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f-\xa0\\]")


def _decode(text: str) -> str:
    """Return the text with its character references as characters; those that HTML does not know stay."""

    def character(match: re.Match[str]) -> str:
        reference = match.group()
        known = reference[1] == "#" or reference[1:] in _named_entities
        return NOT_TEXT.sub("", unescape(reference)) if known else reference

    return re.sub(_ENTITY, character, text)


def _address(written: str) -> str | None:
    """Return where a link may lead (the web, or a page of ours from `/`), None where it may not."""
    address = _decode(written).strip()
    if _NEVER_IN_ADDRESS.search(address):
        return None
    if address.startswith("/"):
        return None if address.startswith("//") else address
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises on what is no number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return address


# --- Markdown -------------------------------------------------------------------------------------

_InlineMatch = tuple[ElementTree.Element | str | None, int | None, int | None]
_AMPERSAND = f"{AMP_SUBSTITUTE}amp;"


def _closing_backticks(text: str, length: int, start: int) -> re.Match[str] | None:
    return re.compile(rf"(?<!`)`{{{length}}}(?!`)").search(text, start)


class _FencedCode(Preprocessor):
    """Code between fences. The stock one reads the rest of the text again for every fence that does not close."""

    OPENING = re.compile(r"(~{3,}|`{3,}) *[\w#.+-]* *$")
    CLOSING = re.compile(r"(~{3,}|`{3,}) *$")

    def run(self, lines: list[str]) -> list[str]:
        closings = defaultdict(list)
        for number, line in enumerate(lines):
            if match := self.CLOSING.match(line):
                closings[match.group(1)].append(number)
        result: list[str] = []
        number = 0
        while number < len(lines):
            if match := self.OPENING.match(lines[number]):
                ends = closings[match.group(1)]
                following = bisect_right(ends, number)
                if following < len(ends):
                    code = code_escape("\n".join([*lines[number + 1 : ends[following]], ""]))
                    html = f"<pre><code>{code}</code></pre>"
                    result += ["", self.md.htmlStash.store(html), ""]
                    number = ends[following] + 1
                    continue
            result.append(lines[number])
            number += 1
        return result


class _Heading(HashHeaderProcessor):
    """`# 見出し`, with a space after the marks so that `#3 に賛成` stays a text."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \u3000]+(?=\S)(?P<header>[^\n]*)(?:\n|$)")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        super().run(parent, blocks)
        title = (parent[-1].text or "").rstrip("#")
        if title.endswith((" ", "\u3000")):
            parent[-1].text = title.rstrip()


class _Table(TableProcessor):
    """Tables of a bounded size: a header of 2,000 columns over 2,000 short rows would make four million cells."""

    SPLIT = re.compile(r"\\[\\|`]|(`+)|\|")
    cells = 0

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        lines = block.split("\n", 2)
        # The stock one looks at every line of the block first.
        if len(lines) < 2 or "|" not in lines[1] or not set(lines[1]) <= set("|:- "):
            return False
        return super().test(parent, block)

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        self.cells += len(self.separator) * (blocks[0].count("\n") + 1)
        if self.cells > MAX_CELLS:
            raise TextRefused("too_many_cells")
        super().run(parent, blocks)

    def _split(self, row: str) -> list[str]:
        # The stock one compares every bar with every code span.
        cells = []
        start = position = 0
        while match := self.SPLIT.search(row, position):
            position = match.end()
            if match.group(1):
                closing = _closing_backticks(row, len(match.group(1)), position)
                position = closing.end() if closing else position
            elif match.group() == "|":
                cells.append(row[start : match.start()])
                start = position
        return [*cells, row[start:]]


class _CodeSpan(BacktickInlineProcessor):
    """Code between backticks. The stock one walks through the rest of the text, character by character."""

    def find_code_spans(self, start: int, text: str) -> tuple[int, int | None]:  # type: ignore[override]
        opening = len(text[start:]) - len(text[start:].lstrip("`"))
        closing = _closing_backticks(text, opening, start + opening)
        return start + opening, closing.start() if closing else None


class _Link(InlineProcessor):
    """`[text](address)`; what may not be linked stays as it was written."""

    PATTERN = (
        r"\[(?P<text>(?:[^\[\]]|\[[^\[\]]*+\])*+)\]"
        r"\(\s*+(?:<(?P<angle>[^<>\n]*+)>|(?P<address>(?:[^\s()<>]|\([^\s()<>]*+\))*+))"
        r"""(?:\s++(?:"[^"]*+"|'[^']*+'))?+\s*+\)"""
    )
    ANCESTOR_EXCLUDES: ClassVar[tuple[str, ...]] = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> _InlineMatch:  # type: ignore[override]  # noqa: N802
        escaped = self.unescape(m["address"] or m["angle"] or "")
        address = _address(self.md.treeprocessors["unescape"].unescape(escaped))  # type: ignore[attr-defined]
        if address is None:
            return None, m.start(), m.start() + 1
        return self.link(address, m["text"]), m.start(), m.end()

    def link(self, address: str, text: str) -> ElementTree.Element | str:
        link = ElementTree.Element("a", {"href": address})
        link.text = text if text.strip() else AtomicString(address)
        return link


class _Image(_Link):
    """`![text](address)`: a link. A page that loads pictures from elsewhere tells others who reads it."""

    ANCESTOR_EXCLUDES: ClassVar[tuple[str, ...]] = ()

    def link(self, address: str, text: str) -> ElementTree.Element | str:
        if "a" in self.md.treeprocessors["inline"].ancestors:  # type: ignore[attr-defined]
            return text if text.strip() else address
        return super().link(address, text)


class _AngleAddress(InlineProcessor):
    """`<https://example.jp/>`."""

    ANCESTOR_EXCLUDES: ClassVar[tuple[str, ...]] = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> _InlineMatch:  # type: ignore[override]  # noqa: N802
        address = _address(m.group(1))
        if address is None:
            return None, m.start(), m.end()
        link = ElementTree.Element("a", {"href": address})
        link.text = AtomicString(address)
        return link, m.start(), m.end()


class _Verbatim(InlineProcessor):
    """Keeps `_` and `*` of a bare address from becoming emphasis (bleach links it later), and reads `&amp;`."""

    def handleMatch(self, m: re.Match[str], data: str) -> _InlineMatch:  # type: ignore[override]  # noqa: N802
        return _decode(m.group()), m.start(), m.end()


class _Finish(Treeprocessor):
    """Line breaks, the page's outline, tables that scroll, and ampersands: all in time that grows with the text."""

    def run(self, root: ElementTree.Element) -> None:
        for element in list(root.iter()):
            self.break_lines(element)
            self.tidy(element)
            for index, child in enumerate(element):
                if child.tag == "table":
                    element[index] = ElementTree.Element("div", {"class": "table"})
                    element[index].append(child)

    def break_lines(self, element: ElementTree.Element) -> None:
        if element.tag in ("code", "pre"):
            return
        children = list(element)
        element.text, parts = self.lines(element.text)
        for child in children:
            after_block = self.md.is_block_level(child.tag)
            child.tail, breaks = self.lines((child.tail or "").removeprefix("\n" if after_block else ""))
            parts += [child, *breaks]
        element[:] = parts

    def lines(self, text: str | None) -> tuple[str, list[ElementTree.Element]]:
        """The stock line break copies the whole paragraph for every line."""
        first, *others = (text or "").replace("&", _AMPERSAND).split("\n")
        breaks = []
        for line in others:
            breaks.append(ElementTree.Element("br"))
            breaks[-1].tail = line
        return first, breaks

    def tidy(self, element: ElementTree.Element) -> None:
        if re.fullmatch("h[1-6]", element.tag):
            # The page's title and the topic's stand above.
            element.tag = f"h{min(6, int(element.tag[1]) + 2)}"
        elif element.tag == "a":
            element.set("href", element.get("href", "").replace("&", _AMPERSAND))
        elif element.tag == "ol" and "start" in element.attrib:
            # "３." starts a list too, but HTML reads ASCII digits only.
            element.set("start", str(int(element.attrib["start"][:9])))
        elif "align" in element.attrib:
            element.set("class", f"align-{element.attrib.pop('align')}")


class _PostExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        SaneListExtension().extendMarkdown(md)
        TableExtension().extendMarkdown(md)
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_FencedCode(md), "fenced_code_block", 25)
        # Definitions of reference links vanish from the page; 「[注]: 明日」 is a sentence here.
        md.parser.blockprocessors.deregister("reference")
        md.parser.blockprocessors.register(_Heading(md.parser), "hashheader", 70)
        md.parser.blockprocessors.register(_Table(md.parser, {"use_align_attribute": True}), "table", 75)
        for name in ("reference", "short_reference", "image_reference", "short_image_ref"):
            md.inlinePatterns.deregister(name)
        for name in ("automail", "linebreak", "html", "entity"):
            md.inlinePatterns.deregister(name)
        md.inlinePatterns.register(_CodeSpan(BACKTICK_RE), "backtick", 190)
        md.inlinePatterns.register(_Link(rf"(?<!!){_Link.PATTERN}", md), "link", 160)
        md.inlinePatterns.register(_Image(rf"!{_Link.PATTERN}", md), "image_link", 150)
        md.inlinePatterns.register(_AngleAddress(r"<(https?://[^\s<>]+)>", md), "autolink", 120)
        md.inlinePatterns.register(_Verbatim(f"{_BARE_ADDRESS}|{_ENTITY}", md), "verbatim", 110)
        md.treeprocessors.register(_Finish(md), "finish", 15)


# --- The last wall --------------------------------------------------------------------------------

_TAGS = frozenset(
    ("p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "pre", "code", "h3", "h4", "h5", "h6")
    + ("div", "table", "thead", "tbody", "tr", "th", "td", "hr", "a")
)
_CLASSES = {
    "div": {"table"},
    "th": {"align-left", "align-center", "align-right"},
    "td": {"align-left", "align-center", "align-right"},
}


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return value in _CLASSES.get(tag, ())
    return (tag, name) in {("a", "href"), ("ol", "start")}


def _follow(attributes: MutableMapping[Any, str], is_new: bool = False) -> Any:
    """Mark a link as written by a visitor, or drop it."""
    if _address(attributes.get((None, "href"), "")) is None:
        return None
    attributes[(None, "rel")] = "nofollow noopener ugc"
    return attributes


class _LinkFilter(LinkifyFilter):
    def __init__(self, source: Any) -> None:
        super().__init__(source, callbacks=[_follow], skip_tags={"code", "pre"}, url_re=_BARE_ADDRESS_RE)

    def extract_entities(self, token: dict[str, Any]) -> Any:
        # The cleaner has read them already; a second time, `&amp;lt;` would turn into `<`.
        yield token


# --- Extracts -------------------------------------------------------------------------------------


def plain(source_html: str, length: int) -> str:
    """Return the text of rendered HTML on one line, of at most `length` characters with the `…` that ends a cut one."""
    # Inline tags stand inside words, all others between them.
    text = re.sub("<[^>]*>", " ", re.sub("</?(?:a|em|strong|code)( [^>]*)?>", "", source_html))
    text = " ".join(unescape(text).split())
    if len(text) <= length:
        return text
    end = max(length - 1, 0)
    while end and belongs_together(text[end - 1], text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


def belongs_together(left: str, right: str) -> bool:
    """Whether a cut between the two would change what the left one looks like."""
    joiner = "\u200d"
    return (
        joiner in (left, right)
        or unicodedata.category(right).startswith("M")  # accents, dakuten, variation selectors, keycaps
        or right in "ﾞﾟ"
        or "\U0001f3fb" <= right <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= right <= "\U000e007f"  # the flags of England, Scotland and Wales
        or "\u1160" <= right <= "\u11ff"  # vowels and endings of Hangul
        or all("\U0001f1e6" <= half <= "\U0001f1ff" for half in (left, right))  # flags
    )
