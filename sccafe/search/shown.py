"""What was found, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from sccafe.accounts.words import badge
from sccafe.boards.shown import board_title, writer_name
from sccafe.core import clock, taxonomy
from sccafe.core.formats import Moment, known_text, moment
from sccafe.core.language import gettext as _
from sccafe.library.words import kind as item_kind
from sccafe.search.addresses import Address
from sccafe.search.entries import GROUPS
from sccafe.search.excerpts import Bit, excerpt, marked
from sccafe.search.language import Note
from sccafe.search.matching import CAP
from sccafe.search.queries import Facets, Hit
from sccafe.search.wanted import Word

#: Of a facet so many stand open, the fullest ones.
OPEN = 6


def count(number: int) -> str:
    """12件, 1,000件以上."""
    return _("1,000件以上") if number >= CAP else _("%(count)s件", count=number)


def group_name(group: str) -> str:
    found: dict[str, str] = {
        "": _("すべて"),
        "boards": _("ひろば・会議室"),
        "library": _("資料室"),
        "qa": _("Q&A"),
        "people": _("人"),
        "industry": _("産業界へ"),
    }
    return found[group]


@dataclass(frozen=True)
class Tab:
    """A place to look in, with how much is found there."""

    name: str
    href: str
    count: str
    current: bool


def tabs(address: Address, looked_in: Sequence[str], counts: Mapping[str, int] | None) -> list[Tab]:
    """All places and each of them; without counts there is very much, and they come afterwards."""
    everything = len(looked_in) == len(GROUPS)
    total = CAP if counts is None else min(CAP, sum(counts.values()))
    return [
        Tab(group_name(""), address.at("").href(), count(total), everything),
        *(
            Tab(
                group_name(group),
                address.at(group).href(),
                "" if counts is None else count(counts[group]),
                not everything and group in looked_in,
            )
            for group in GROUPS
        ),
    ]


# --- hits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HitShown:
    """Something found: what it is, where it leads, its words with those looked for marked, who and when."""

    href: str
    chip: str
    chip_kind: str
    title: Sequence[Bit]
    #: Stands behind the title: 返信3.
    more: str
    excerpt: Sequence[Bit]
    state: tuple[str, str] | None
    about: list[str]
    at: Moment | None
    #: What happened then, where it is not that somebody wrote it.
    at_label: str = ""


def hits(found: Sequence[Hit], words: Sequence[Word], locale: str) -> list[HitShown]:
    return [_SHOWN[hit.kind](hit, words, locale) for hit in found]


def _post(hit: Hit, words: Sequence[Word], locale: str) -> HitShown:
    row = hit.row
    opens = row.number == 1
    state = None
    if row.accepted_post_id == hit.row.ref:
        state = ("done", _("解決につながった答え"))
    elif opens and row.board_kind == "questions":
        state = _states(locale)[row.state]
    writer, role = writer_name(row.alias, row.guest_name, row.handle), badge(row.role or "member")
    return HitShown(
        href=f"/topics/{row.topic_id}" if opens else f"/posts/{row.ref}",
        chip=board_title(row, locale),
        chip_kind="plain",
        title=marked(row.title, words),
        more="" if opens else _("返信%(number)s", number=row.number - 1),
        excerpt=excerpt(hit.text, words),
        state=state,
        about=[_("%(name)s（%(role)s）", name=writer, role=role) if role else writer],
        at=moment(row.created_at, locale, clock.now()),
    )


@cache
def _states(locale: str) -> dict[str, tuple[str, str]]:
    """Of a question; made once for each language."""
    return {
        "unanswered": ("open", _("未回答")),
        "answered": ("live", _("回答あり")),
        "solved": ("done", _("解決")),
        "open": ("live", _("回答あり")),
    }


def _item(hit: Hit, words: Sequence[Word], locale: str) -> HitShown:
    row = hit.row
    checked = _("%(month)sに確認", month=known_text(f"{row.checked_on:%Y-%m}", locale)) if row.checked_on else ""
    return HitShown(
        href=f"/library/{row.item_id}",
        chip=item_kind(row.item_kind),
        chip_kind="role",
        title=marked(row.title, words),
        more="",
        excerpt=excerpt(hit.text, words),
        state=None,
        about=[text for text in (taxonomy.place(row.prefecture, row.municipality), checked) if text],
        at=moment(row.published_at, locale, clock.now()),
        at_label=_("掲載："),
    )


def _file(hit: Hit, words: Sequence[Word], locale: str) -> HitShown:
    """A file leads to its item, where it can be looked at first."""
    row = hit.row
    return HitShown(
        href=f"/library/{row.item_id}",
        chip=_("ファイル"),
        chip_kind="role",
        title=marked(row.name, words),
        more="",
        excerpt=excerpt(hit.text, words),
        state=None,
        about=[_("「%(title)s」に付いたファイル", title=row.title)],
        at=moment(row.published_at, locale, clock.now()),
        at_label=_("掲載："),
    )


def _person(hit: Hit, words: Sequence[Word], locale: str) -> HitShown:
    """As the entry that was found says it: of people visitors find less than others."""
    row = hit.row
    place = taxonomy.place(row.prefecture, row.municipality if hit.kind == "person" else "")
    about = "\n".join(hit.text.splitlines()[1:]) if place and hit.text.startswith(place) else hit.text
    return HitShown(
        href=f"/members/{quote(row.handle, safe='')}",
        chip=_("人"),
        chip_kind="plain",
        title=marked(row.handle, words),
        more="",
        excerpt=excerpt(about, words) if about else (),
        state=None,
        about=[text for text in (badge(row.role), place) if text],
        at=None,
    )


_SHOWN = {"post": _post, "item": _item, "file": _file, "person": _person, "handle": _person}


# --- facets --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FacetShown:
    """By what can be chosen: (name, how many, where it leads, whether it is chosen)."""

    name: str
    values: Sequence[tuple[str, str, str, bool]]
    folded: Sequence[tuple[str, str, str, bool]]


def facets(found: Facets, address: Address, boards: Sequence[Row[Any]], locale: str) -> list[FacetShown]:
    """Those in which something is left to choose."""
    by_board = [
        (board_title(row, locale), found.boards[row.id], "board", row.slug)
        for row in boards
        if found.boards.get(row.id)
    ]
    by_theme = [
        (option.label(locale), found.themes[option.key], "theme", option.key)
        for option in taxonomy.options("theme")
        if found.themes.get(option.key)
    ]
    shown = [
        _facet(_("板"), sorted(by_board, key=lambda each: -each[1]), address),
        _facet(_("テーマ"), sorted(by_theme, key=lambda each: -each[1]), address),
        _by_year(found.years, address),
    ]
    return [facet for facet in shown if facet.values]


def _facet(name: str, values: Sequence[tuple[str, int, str, str]], address: Address) -> FacetShown:
    lines = []
    for label, number, field, value in values:
        chosen = getattr(address, field) == value
        lines.append((label, count(number), address.changed(**{field: "" if chosen else value}).href(), chosen))
    return _folded(name, lines)


def _by_year(years: Mapping[int, int], address: Address) -> FacetShown:
    lines = []
    for year in sorted(years, reverse=True):
        chosen = address.since == address.until == str(year)
        span = "" if chosen else str(year)
        href = address.changed(since=span, until=span).href()
        lines.append((_("%(year)s年", year=year), count(years[year]), href, chosen))
    return _folded(_("年"), lines)


def _folded(name: str, lines: Sequence[tuple[str, str, str, bool]]) -> FacetShown:
    upto = OPEN if len(lines) > OPEN + 1 else len(lines)
    return FacetShown(name, lines[:upto], lines[upto:])


# --- what is chosen, and what is said above ------------------------------------------------------------------


def chips(address: Address, boards: Sequence[Row[Any]], locale: str) -> list[tuple[str, str]]:
    """The filters of the address, each with the address without it."""
    titles = {row.slug: board_title(row, locale) for row in boards}
    found = []
    if address.board:
        found.append((titles.get(address.board, address.board), address.changed(board="").href()))
    if address.by:
        found.append((_("書いた人：%(name)s", name=address.by), address.changed(by="").href()))
    if address.theme:
        name = taxonomy.label("theme", address.theme, locale) or address.theme
        found.append((name, address.changed(theme="").href()))
    if address.pref:
        found.append((taxonomy.prefectures().get(address.pref, address.pref), address.changed(pref="").href()))
    if address.since and address.since == address.until:
        found.append((address.since, address.changed(since="", until="").href()))
    elif address.since or address.until:
        between = _("%(since)sから%(until)sまで", since=address.since or "…", until=address.until or "…")
        found.append((between, address.changed(since="", until="").href()))
    return found


def note(found: Note) -> str:
    """What the reader has to know of how the query was understood."""
    said: dict[str, str] = {
        "cut": _("さがすことばが長すぎたので、はじめの部分だけでさがしました。"),
        "unknown_person": _("その名前の人は見つかりません。書いた人の表示名を、そのまま入れてください。"),
        "unknown_theme": _("そのテーマはありません。「条件を付けてさがす」から選べます。"),
        "unknown_prefecture": _("その都道府県は見つかりません。「条件を付けてさがす」から選べます。"),
        "unreadable_date": _("日付を読み取れなかったので、日付では絞っていません。例：2026-01、2026-01-15"),
        "only_without": _("除くことばだけではさがせません。さがしたいことばも入れてください。"),
    }
    return said[found.value]
