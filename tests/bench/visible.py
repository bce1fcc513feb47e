"""What can be read on a page, so that two pages can be held against each other."""

from html.parser import HTMLParser

#: Their content is no text of the page.
_SILENT = {"script", "style", "svg", "template", "noscript"}
_BLOCKS = {"p", "li", "blockquote", "pre", "h3", "h4", "h5", "h6", "tr", "hr", "ul", "ol", "table", "div"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += "\n\n" if tag in _BLOCKS else "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(html: str) -> str:
    """Every text of a page in its order, without white space: it falls differently between elements."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "".join("".join(parser.words).split())


def paragraphs_of(html: str) -> str:
    """A post's HTML as plain paragraphs with an empty line between."""
    parser = _Paragraphs()
    parser.feed(html)
    parser.close()
    return "\n\n".join(part.strip() for part in parser.text.split("\n\n") if part.strip())


def first_difference(left: str, right: str, around: int = 30) -> str:
    """Where two texts part, in words for a person; empty where they are the same."""
    if left == right:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    begin = max(0, at - around)
    return f"…{left[begin : at + around]}… against …{right[begin : at + around]}…"
