"""The English catalogue is complete, and the tool that says so notices what is not."""

from pathlib import Path

import pytest

from sccafe.core import translations

ROOT = Path(__file__).parent.parent.parent

HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def test_the_english_catalogue_is_complete() -> None:
    assert list(translations.problems(ROOT)) == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("sccafe", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sccafe" / "code.py").write_text(
        "_('話題')\n_l('返信')\nngettext('%(num)d件', '%(num)d件', 3)\n", encoding="utf-8"
    )
    (tmp_path / "templates" / "page.html").write_text(
        "{{ _('%(name)sさん', name=name) }}{{ _('話題') }}", encoding="utf-8"
    )
    return tmp_path


GOOD = {
    "話題": 'msgid "話題"\nmsgstr "Topic"\n\n',
    "返信": 'msgid "返信"\nmsgstr "Reply"\n\n',
    "名": '#, python-format\nmsgid "%(name)sさん"\nmsgstr "%(name)s"\n\n',
    "件": '#, python-format\nmsgid "%(num)d件"\nmsgid_plural "%(num)d件"\n'
    'msgstr[0] "%(num)d item"\nmsgstr[1] "%(num)d items"\n\n',
}


def catalogue(checkout: Path, **changed: str) -> Path:
    path = checkout / "messages.po"
    path.write_text(HEAD + "".join((GOOD | changed).values()), encoding="utf-8")
    return path


def test_a_complete_catalogue_has_no_problems(checkout: Path) -> None:
    assert list(translations.problems(checkout, catalogue(checkout))) == []


@pytest.mark.parametrize(
    ("name", "entry", "problem"),
    [
        ("話題", "", "missing: '話題'"),
        ("話題", 'msgid "話題"\nmsgstr ""\n\n', "empty: '話題'"),
        ("話題", 'msgid "話題"\nmsgstr " "\n\n', "empty: '話題'"),
        ("話題", '#, fuzzy\nmsgid "話題"\nmsgstr "Theme"\n\n', "fuzzy: '話題'"),
        ("話題", 'msgid "話題"\nmsgstr "話題"\n\n', "copied: '話題'"),
        ("古い", 'msgid "古い"\nmsgstr "Old"\n\n', "unused: '古い'"),
        ("名", '#, python-format\nmsgid "%(name)sさん"\nmsgstr "%(nmae)s"\n\n', "'%(name)sさん'"),
        ("件", GOOD["件"].replace('"%(num)d items"', '""'), "empty: "),
    ],
)
def test_each_kind_of_problem_is_told(checkout: Path, name: str, entry: str, problem: str) -> None:
    found = list(translations.problems(checkout, catalogue(checkout, **{name: entry})))
    assert len(found) == 1
    assert problem in found[0]


def test_extracting_adds_what_is_new_drops_what_is_gone_and_changes_nothing_else(checkout: Path) -> None:
    path = catalogue(checkout, 返信="", 古い='msgid "古い"\nmsgstr "Old"\n\n')
    assert translations.extract(checkout, path) == 1
    text = path.read_text(encoding="utf-8")
    assert "古い" not in text
    assert 'msgid "返信"\nmsgstr ""' in text
    assert 'msgstr "Topic"' in text
    assert list(translations.problems(checkout, path)) == ["empty: '返信'"]
    translations.extract(checkout, path)
    assert path.read_text(encoding="utf-8") == text


def test_a_catalogue_is_compiled_when_it_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + GOOD["話題"], encoding="utf-8")
    assert translations.compile_catalogues(tmp_path) == 1
    assert translations.compile_catalogues(tmp_path) == 0
    assert b"Topic" in path.with_suffix(".mo").read_bytes()
