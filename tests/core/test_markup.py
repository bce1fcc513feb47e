"""What people write comes out as they mean it, never as code that runs, and always soon."""

import gc
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bleach._vendor import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st

from sccafe.core.markup import RENDERER_VERSION, plain, render
from sccafe.core.text_rules import TextRefused, check, normalise
from tests import timed

CASES = Path(__file__).parent / "cases"
LONGEST = 20_000


def cases(name: str) -> list[tuple[str, str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines if line]
    return [(text.replace("\\n", "\n"), expected) for text, expected in rows]


def elements(html: str) -> list:
    """Return every element as a browser would build them."""
    return list(html5lib.parseFragment(html, namespaceHTMLElements=False).iter())[1:]


def hrefs(html: str) -> list[str]:
    return [element.get("href") for element in elements(html) if element.tag == "a"]


def shown(html: str) -> str:
    """Return the text that a reader sees."""
    return "".join(html5lib.parseFragment(html).itertext())


# --- Addresses and emphasis -----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), cases("links.tsv"))
def test_exactly_these_addresses_become_links(text, expected):
    assert hrefs(render(text)) == ([] if expected == "-" else expected.split(" "))


@pytest.mark.parametrize(("text", "expected"), cases("emphasis.tsv"))
def test_japanese_markdown_comes_out_as_meant(text, expected):
    assert expected in render(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPS://EXAMPLE.JP/A", ["HTTPS://EXAMPLE.JP/A"]),
        ("https://example.jp:8080/a?b[]=1&c=(2)!", ["https://example.jp:8080/a?b[]=1&c=(2)"]),
        ("**https://example.jp/a_b_c/**", ["https://example.jp/a_b_c/"]),
        ("https://example.jp/_a_/*b*/c", ["https://example.jp/_a_/*b*/c"]),
        ("https://example.jp/(a と https://example.jp/a)", ["https://example.jp/", "https://example.jp/a"]),
        ("https://example.jp... 「https://example.jp」", ["https://example.jp", "https://example.jp"]),
        ("https://example.jp/?a=1&copy=2", ["https://example.jp/?a=1&copy=2"]),
        ("https://example.jp/&lt;b&gt;", ["https://example.jp/"]),
        ("https://example.jp/a\nhttps://example.jp/b", ["https://example.jp/a", "https://example.jp/b"]),
        (r"https://example.jp\@example.org/ https://example.jp\example.org", ["https://example.jp"]),
        ("https://a@example.jp/ https://a:b@example.jp/", []),
        ("https:// https://。 http:/a https:a //example.jp", []),
        ("xhttps://example.jp/", []),
        ("`` `https://example.jp/` ``\n\n```\nhttps://example.jp/\n```\n\n    https://example.jp/", []),
        ("<https://example.jp/?a_b_c&amp;d>", ["https://example.jp/?a_b_c&d"]),
        ("<https://a:b@example.jp/> <ftp://example.jp/> <a@example.jp> <mailto:a@example.jp>", []),
        ("[話題](/topics/3)と[外](//example.jp)と[外](/\\example.jp)と[外](/\t/example.jp)", ["/topics/3"]),
        ("[a](https://example.jp/wiki/介護_(保険))", ["https://example.jp/wiki/介護_(保険)"]),
        ('[a]( <https://example.jp/> "題" )', ["https://example.jp/"]),
        ("[a](JavaScript:alert(1)) [a](java&#115;cript:alert(1)) [a](java\tscript:alert(1))", []),
        ("[a](data:text/html,x) [a](mailto:a@example.jp) [a](#b) [a](b.html) [a](?c)", []),
        ("[a](https://b@example.jp/) [a](https:///example.jp) [a](https:example.jp) [a](https://a.jp:99999/)", []),
        ("[a](https://example.jp/?b&lt;=1&amp;lt;=2)", ["https://example.jp/?b<=1&lt;=2"]),
        ("[a [b](https://example.jp/b) c](https://example.jp/c)", ["https://example.jp/c"]),
        (
            "[a](https://example.jp/\u2028b) [a](https://example.jp/a b)",
            ["https://example.jp/", "https://example.jp/a"],
        ),
    ],
)
def test_a_link_leads_where_its_text_says_or_nowhere(text, expected):
    assert hrefs(render(text)) == expected


def test_every_link_is_marked_as_written_by_a_visitor_and_opens_in_place():
    html = render(
        "https://example.jp/ <https://example.jp/> [a](https://example.jp/) ![b](https://example.jp/) [c](/d)"
    )
    links = [element.attrib for element in elements(html) if element.tag == "a"]
    assert len(links) == 5
    assert all(set(link) == {"href", "rel"} and link["rel"] == "nofollow noopener ugc" for link in links)


def test_a_link_without_words_shows_its_address():
    assert shown(render("[](https://example.jp/a_b_c)")) == "https://example.jp/a_b_c"


def test_a_refused_link_stays_as_it_was_written():
    assert shown(render("[a<b & c](javascript:alert(1))")) == "[a<b & c](javascript:alert(1))"


def test_a_foreign_image_becomes_a_link_with_its_description():
    html = render("![会場](https://example.jp/a.png) ![](https://example.jp/b_c_d.png) ![x](javascript:y)")
    assert "<img" not in html
    assert hrefs(html) == ["https://example.jp/a.png", "https://example.jp/b_c_d.png"]
    assert shown(html) == "会場 https://example.jp/b_c_d.png ![x](javascript:y)"


def test_an_image_inside_a_link_leaves_one_link():
    html = render("[![会場](https://example.jp/a.png)](https://example.jp/)")
    assert (hrefs(html), shown(html)) == (["https://example.jp/"], "会場")


def test_what_looks_like_a_reference_definition_stays_visible():
    assert shown(render("[注]: 明日 です\n[a][b] [注]")) == "[注]: 明日 です\n[a][b] [注]"


# --- Blocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b onclick=alert(1)>太字</b>",
        "<div>\n\n<p style='x'>\n</div>",
        "a <!-- b --> c",
        "<![CDATA[ x ]]> <?php y ?> <!DOCTYPE html>",
        "1 < 2 > 0 & 3 <",
    ],
)
def test_raw_html_is_shown_as_text(text):
    html = render(text)
    assert re.sub(r"\s+", " ", shown(html)) == re.sub(r"\s+", " ", text)
    assert {element.tag for element in elements(html)} <= {"p", "br"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&lt;b&gt; &amp; &copy; &#12354; &#x3042;", "<b> & © あ あ"),
        ("&amp;lt; &amp;amp; &amp;#60;", "&lt; &amp; &#60;"),
        ("&foo; &copy AT&T &#;", "&foo; &copy AT&T &#;"),
        ("&#0;&#2;&#12;&#xD800;&#x110000;", "\ufffd\ufffd\ufffd"),
        ("&#" + "1" * 5000 + ";", "&#" + "1" * 5000 + ";"),
        ("&#42;a&#42; \\*a\\*", "*a* *a*"),
        ("`&lt; &amp; <b>`", "&lt; &amp; <b>"),
    ],
)
def test_character_references_are_read_once(text, expected):
    assert shown(render(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 見出し", "<h3>見出し</h3>"),
        ("## 見出し ##", "<h4>見出し</h4>"),
        ("###### 見出し", "<h6>見出し</h6>"),
        ("#　見出し", "<h3>見出し</h3>"),
        ("# C#", "<h3>C#</h3>"),
        ("見出し\n===", "<h3>見出し</h3>"),
        ("見出し\n---", "<h4>見出し</h4>"),
        ("#3 に賛成です", "<p>#3 に賛成です</p>"),
        ("前\n# 見出し\n後", "<p>前</p>\n<h3>見出し</h3>\n<p>後</p>"),
    ],
)
def test_headings_stay_below_those_of_the_page(text, expected):
    assert render(text) == expected


def test_a_table_scrolls_by_itself_and_aligns_without_style():
    html = render("| 左 | 中 | 右 | 無 |\n|:--|:-:|--:|---|\n| `a|b` | \\| | 3 |")
    assert html.startswith('<div class="table">\n<table>')
    cells = [(element.get("class"), "".join(element.itertext())) for element in elements(html) if element.tag == "td"]
    assert cells == [("align-left", "a|b"), ("align-center", "|"), ("align-right", "3"), (None, "")]
    assert "style" not in html


@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_fenced_code_shows_everything_as_it_is(fence):
    code = "**a** <b>&amp;\n\n# [c](https://example.jp/)\n"
    html = render(f"前\n{fence}python\n{code}{fence}\n後")
    assert [element.text for element in elements(html) if element.tag == "code"] == [code]
    assert "class" not in html
    assert html.endswith("<p>後</p>")


def test_a_fence_that_does_not_close_is_text():
    assert shown(render("~~~\n一\n~~~~\n二")) == "~~~\n一\n~~~~\n二"


def test_a_numbered_list_keeps_its_first_number_in_any_width():
    assert '<ol start="3">' in render("3. 三\n4. 四")
    assert '<ol start="3">' in render("３. 三\n４. 四")


def test_lists_quotes_and_lines_nest():
    html = render("- 一\n    - 二\n\n> 引用\n> > 中の引用\n\n一行目  \n二行目")
    assert [element.tag for element in elements(html)] == (
        ["ul", "li", "ul", "li", "blockquote", "p", "blockquote", "p", "p", "br"]
    )


def test_an_empty_text_is_empty():
    assert (render(""), render(" \n\u3000\n"), plain("", 10)) == ("", "", "")


def test_the_renderer_has_a_version():
    assert RENDERER_VERSION >= 1


# --- Text as it is stored -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("a\x00b\x02c\x1bd\x7fe\x0bf", "abcdef"),
        ("a\tb", "a\tb"),
        ("a\ud83db\udc00", "ab"),
        ("  a \u3000\n\n", "  a"),
        ("👩‍👧 が", "👩‍👧 が"),
    ],
)
def test_text_is_stored_without_what_no_one_typed(source, expected):
    assert normalise(source) == expected
    assert normalise(normalise(source)) == expected


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("短い文です", 5, "短い文です"),
        ("少し長い文です", 5, "少し長い…"),
        ("**強**調と`code`", 20, "強調とcode"),
        ("# 題\n- 一\n- 二\n\n終&amp;わり", 20, "題 一 二 終&わり"),
        ("一行目\n二行目", 20, "一行目 二行目"),
        ("| あ | い |\n|---|---|\n| う | え |", 20, "あ い う え"),
        ("1 < 2 > 0 と <b>", 20, "1 < 2 > 0 と <b>"),
        ("abc か\u3099きく", 7, "abc か\u3099…"),
        ("abc か\u3099きく", 6, "abc…"),
        ("ab👩\u200d👧cd", 5, "ab…"),
        ("ab❤\ufe0fcd", 4, "ab…"),
        ("ab👍🏽cd", 4, "ab…"),
        ("a🇯🇵bc", 3, "a…"),
        ("aｶﾞｷﾞ", 3, "a…"),
        ("a🏴\U000e0067\U000e0062\U000e007fbc", 4, "a…"),
        ("a\u1100\u1161\u11a8bc", 4, "a…"),
    ],
)
def test_an_extract_is_one_line_that_ends_between_characters(text, length, expected):
    assert plain(render(text), length) == expected


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "limit", "largest", "too_large"),
    [
        ("too_long", 20_000, "あ" * 20_000, "あ" * 20_001),
        ("too_many_brackets", 200, "[" * 200, "[" * 201),
        ("too_many_tags", 400, "<" * 400, "<" * 401),
        ("too_deep", 9, ">" * 9 + "a", ">" * 10 + "a"),
        ("too_deep", 9, "前\n" + "- " * 9 + "a", "前\n" + "- " * 10 + "a"),
        ("too_deep", 9, "1. " * 9 + "a", "1. > - * + " * 2 + "a"),
        ("too_many_headings", 200, "a\n=\n" * 200, "a\n=\n" * 201),
        ("too_many_headings", 200, "# a\n---\n" * 100, "# a\n---\n" * 101),
        ("too_many_lines", 1_500, "a\n" * 1_499 + "a", "a\r\n" * 1_500 + "a"),
        ("too_many_items", 600, "- - a\n" * 300, "- - a\n" * 301),
        ("too_many_marks", 1_000, "a*" * 1_000, "a*" * 1_001),
        ("too_many_cells", 1_500, "|a|b\n|-|-\n" + "|c\n" * 748, "|a|b\n|-|-\n" + "|c\n" * 749),
    ],
)
def test_a_text_at_the_limit_is_shown_and_one_above_is_refused(rule, limit, largest, too_large):
    assert render(largest)
    with pytest.raises(TextRefused) as refusal:
        render(too_large)
    assert (refusal.value.rule, refusal.value.limit) == (rule, limit)
    assert f"{limit:,}" in str(refusal.value.message)
    assert str(refusal.value.message).endswith("ください。")


def test_tables_are_counted_together():
    with pytest.raises(TextRefused) as refusal:
        render(("|a" * 100 + "\n" + "|-" * 100 + "\n\n") * 20)
    assert refusal.value.rule == "too_many_cells"


def test_a_check_before_rendering_names_the_same_rule():
    with pytest.raises(TextRefused) as refusal:
        check("[" * 201)
    assert refusal.value.rule == "too_many_brackets"
    check("本文です。")


@pytest.mark.parametrize("line", ["-" * 60, "- " * 30, "* " * 30, "> " + "- " * 30, "_" * 60, "=" * 60, "~" * 60])
def test_a_line_drawn_with_dashes_is_never_refused(line):
    assert render(f"前\n\n{line}\n\n後")


def test_a_text_too_tangled_for_the_parser_is_refused(monkeypatch):
    def never_returns(self, source):
        return never_returns(self, source)

    monkeypatch.setattr("markdown.Markdown.convert", never_returns)
    with pytest.raises(TextRefused) as refusal:
        render("a")
    assert refusal.value.rule == "too_complex"
    assert str(refusal.value.message)


# --- Never long -----------------------------------------------------------------------------------

TRAPS = [
    *("`", "``", "`a", "`a`", "*", "**", "*a", "*a*", "**a**", "a*", "_", "_a_", "*_a", "***a", "\\", "\\\\", "\\*"),
    *(
        "|",
        "|-",
        "|\n",
        "|a|b\n|-|-\n",
        "`a`|",
        "&",
        "&amp;",
        "&#1",
        "&#1;",
        "&a",
        " ",
        "\t",
        "a\t",
        "    a\n",
        "\ta\n",
    ),
    *("#", "# ", "# a\n", "a\n# b\n", ">", "> ", "> a\n", ">>a\n", "a>", "<", "<a ", "<a>", "</", "<!--", "<![CDATA["),
    *("<?", "<https://", "<a@b.jp>", "- ", "- a\n", "-\n", "- - a\n", "1. a\n", "- a\n\n", "- a\n    - b\n", "- > a\n"),
    *(
        "    - a\n",
        "- - - -",
        "- - - -\n",
        "---\n",
        "* * *\n",
        "-  -   -    -",
        "a\n=\n",
        "a\n-\n",
        "![",
        "[",
        "[[]",
        "[]",
    ),
    *(
        "[a][",
        "[a](",
        "[a](b",
        "[a](b)",
        "](",
        "[a](https://b.jp)",
        "![a](https://b.jp)",
        '[a](https://b.jp "',
        "[a](<",
    ),
    *(
        "(",
        "((((",
        ")",
        "[a]: b\n",
        "~~~\n",
        "~~~a\n",
        "~~~",
        "```\n",
        "https://",
        "https://a",
        "https://a.jp/(",
        "https",
    ),
    *(
        "https://a.jp/.",
        "https://a.jp/&",
        "https://a@",
        "http://a:",
        "https://a.jp ",
        "..",
        "あ",
        "。",
        "\n",
        "a\n",
        "a  \n",
    ),
    *("a\n\n", "が", "か\u3099", "\u3000", "😀", "{", "klzzwxh:0000", "wzxhzdk:0", "\r", "\x02"),
]


def growing(fragment: str) -> str:
    """Return a text whose lines are indented further and further."""
    lines = (" " * (4 * depth) + fragment.rstrip("\n") + "\n" for depth in range(90))
    return "".join(lines)


def accepted(text: str) -> str:
    """Return about as much of the text as `check` lets through, where the traps are at their worst."""
    low, high = 0, len(text) + 1
    while high - low > 200:
        middle = (low + high) // 2
        try:
            check(text[:middle])
            low = middle
        except TextRefused:
            high = middle
    return text[:low]


def seconds(text: str) -> float:
    """Return the time that rendering took; what else runs on the machine does not count, nor does the collector's walk
    through all that the tests before have left (the server's own start is frozen in the same way)."""
    gc.freeze()
    try:
        start = time.thread_time()
        try:
            html = render(text)
        except TextRefused:
            html = ""
        plain(html, 100)
        return time.thread_time() - start
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_or_shown_within_half_a_second(trap):
    whole = (trap * LONGEST)[:LONGEST]
    assert seconds(whole) < 0.5
    # An emoji makes Python store four bytes for every character.
    assert seconds("😀" + accepted(whole)) < 0.5
    assert seconds(accepted(growing(trap))) < 0.5


@pytest.mark.parametrize("trap", TRAPS)
def test_a_pair_of_traps_is_refused_or_shown_within_half_a_second(trap):
    other = random.Random(trap).choice(TRAPS)
    assert seconds(accepted(((trap + other) * LONGEST)[:LONGEST])) < 0.5
    half = LONGEST // 2
    assert seconds(accepted((trap * half)[:half] + (other * half)[:half])) < 0.5


@pytest.mark.parametrize("mark", ["`", "*", "_", "~", "#", ">", "(", "- "])
@pytest.mark.parametrize("between", ["a", "\n", "a\n"])
def test_runs_of_growing_length_are_refused_or_shown_within_half_a_second(mark, between):
    text = "".join(mark * length + between for length in range(1, 300))
    assert seconds(accepted(text[:LONGEST])) < 0.5
    assert seconds(accepted(text[:LONGEST][::-1])) < 0.5


# --- Never unsafe ---------------------------------------------------------------------------------

ALLOWED = {
    **dict.fromkeys(("p", "br", "strong", "em", "ul", "li", "blockquote", "pre", "code", "hr"), frozenset()),
    **dict.fromkeys(("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr"), frozenset()),
    "a": {"href", "rel"},
    "ol": {"start"},
    "div": {"class"},
    "th": {"class"},
    "td": {"class"},
}
CLASSES = {"table", "align-left", "align-center", "align-right"}
HTML_FRAGMENTS = [
    *(
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>",
        "<svg/onload=alert(1)>",
    ),
    *(
        "<style>",
        "</style>",
        " style='x'",
        " onclick=x ",
        '" onmouseover="x',
        "<iframe src=//a.jp>",
        "<math><mi>",
        "</p>",
    ),
    *(
        "<!--",
        "-->",
        "]]>",
        "<textarea>",
        "<noscript>",
        "<plaintext>",
        "<b>",
        "</a>",
        "</pre></code>",
        "&lt;script&gt;",
    ),
    *(
        "javascript:alert(1)",
        "java\tscript:",
        "data:text/html,",
        "vbscript:",
        "&#106;avascript:",
        "\x01javascript:",
        "//a.jp",
    ),
]
MARKDOWN_FRAGMENTS = [
    *(
        "[",
        "]",
        "(",
        ")",
        "](",
        "![",
        "[a](",
        ")](",
        "<",
        ">",
        "<https://",
        "https://",
        "http://a.jp/",
        "https://a:b@c.jp/",
    ),
    *(
        '"',
        "'",
        " ",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "1. ",
        "> ",
        "# ",
        "===\n",
        "---\n",
        "```\n",
        "~~~",
        "`",
        "*",
        "**",
        "_",
    ),
    *(
        "|",
        "|a|b|\n|:-|-:|\n",
        "\\",
        "&",
        "&amp;",
        "&#",
        ";",
        "{: onclick=x }",
        "/topics/3",
        "/\\a.jp",
        "\t",
        "\x02",
        "\x03",
    ),
]
JAPANESE = [
    "介護保険",
    "です。",
    "「強調」",
    "（",
    "）",
    "、",
    "が",
    "か\u3099",
    "㈱",
    "ﾊﾟ",
    "　",
    "👩‍👧",
    "１. ",
    "＃",
    "・",
]
PIECES = st.one_of(
    st.sampled_from(HTML_FRAGMENTS),
    st.sampled_from(MARKDOWN_FRAGMENTS),
    st.sampled_from(JAPANESE),
    st.text(max_size=20),
    st.builds(lambda trap, times: trap * times, st.sampled_from(TRAPS), st.integers(1, 200)),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def is_safe_address(address: str) -> bool:
    if re.search(r"[\x00-\x20\\]", address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    return urlsplit(address).scheme in ("http", "https") and "@" not in urlsplit(address).netloc


def _render_or_refuse(text: str) -> None:
    with suppress(TextRefused):
        render(text)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_no_text_breaks_the_renderer_or_gets_anything_past_it(text):
    assert timed.seconds(lambda: _render_or_refuse(text), until=1) < 1
    try:
        html = render(text)
    except TextRefused:
        return
    for element in elements(html):
        assert element.tag in ALLOWED, html
        assert set(element.attrib) <= set(ALLOWED[element.tag]), html
        if element.tag == "a":
            assert is_safe_address(element.attrib["href"]), html
            assert element.attrib["rel"] == "nofollow noopener ugc"
        assert element.attrib.get("class", "table") in CLASSES
        assert element.attrib.get("start", "1").isdecimal()


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(1, 60))
def test_no_extract_is_longer_than_asked_or_has_a_line_break(text, length):
    try:
        extract = plain(render(text), length)
    except TextRefused:
        return
    assert len(extract) <= length
    assert extract == " ".join(extract.split())


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=["Lo", "Nd", "So"])))
def test_plain_words_come_out_unchanged(text):
    assert shown(render(text)) == normalise(text).lstrip()


def test_threads_do_not_mix_their_texts():
    texts = [f"# 題{n}\n\n- **{n}** https://example.jp/{n}\n\n| {n} | b |\n|---|---|\n" for n in range(40)]
    expected = [render(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render, texts * 5)) == expected * 5
