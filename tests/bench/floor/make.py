"""Makes the floor's database of a town: the same posts, with the words of the page beside them."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sccafe.core import taxonomy
from sccafe.core.formats import moment, size_text
from tests.bench.visible import paragraphs_of

_TABLES = """
CREATE TABLE forums (id INTEGER PRIMARY KEY, name TEXT, slug TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, position TEXT, role TEXT);
CREATE TABLE topics (id INTEGER PRIMARY KEY, forum INTEGER, title TEXT, n INTEGER, themes TEXT, readers INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, topic INTEGER, place INTEGER, user INTEGER, number INTEGER, t TEXT, at TEXT,
  edited INTEGER, to_number INTEGER, to_name TEXT, empathy INTEGER, useful INTEGER, cheer INTEGER,
  files TEXT, body TEXT);
"""
_GONE = "退会した人"
_POSTS = """
WITH given AS (
  SELECT post_id, sum(kind = 'empathy') empathy, sum(kind = 'useful') useful, sum(kind = 'cheer') cheer
  FROM reactions GROUP BY post_id
), placed AS (
  SELECT id, row_number() OVER (PARTITION BY topic_id ORDER BY path) place FROM posts
)
SELECT p.id, p.topic_id, placed.place, coalesce(p.author_id, 0), p.alias, p.number, p.created_at,
  p.edited_at IS NOT NULL,
  parent.number, CASE WHEN parent.id IS NULL THEN '' WHEN parent.alias != '' THEN parent.alias
    ELSE coalesce(writer.handle, :gone) END,
  coalesce(g.empathy, 0), coalesce(g.useful, 0), coalesce(g.cheer, 0), p.html
FROM posts p JOIN placed ON placed.id = p.id LEFT JOIN given g ON g.post_id = p.id
LEFT JOIN posts parent ON parent.id = p.parent_id LEFT JOIN users writer ON writer.id = parent.author_id
ORDER BY p.id
"""


def _position(layer: str, years: str) -> str:
    if layer == "none":
        return ""
    words = [taxonomy.label("coordinator_layer", layer, "ja"), taxonomy.label("experience_years", years, "ja")]
    return "・".join(part for part in (words[0], words[1] and f"経験{words[1]}") if part)


def make(town: Path, floor: Path) -> None:
    """Write the file `floor` from the site's database `town`, in the same order and with the same ids."""
    floor.unlink(missing_ok=True)
    now, words = datetime.now(UTC), {}
    source, target = sqlite3.connect(f"file:{town}?mode=ro", uri=True), sqlite3.connect(floor)
    target.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _TABLES)
    target.executemany("INSERT INTO forums VALUES (?, ?, ?)", source.execute("SELECT id, title, slug FROM boards"))
    people = source.execute("SELECT id, handle, coordinator_layer, experience_years, role FROM users")
    roles = {"expert": "専門家", "secretariat": "事務局", "admin": "事務局"}
    target.execute("INSERT INTO users VALUES (0, ?, '', '')", (_GONE,))
    target.executemany(
        "INSERT INTO users VALUES (?, ?, ?, ?)",
        ((number, name, _position(layer, years), roles.get(role, "")) for number, name, layer, years, role in people),
    )
    themes: dict[int, list[str]] = {}
    for topic, theme in source.execute("SELECT topic_id, theme FROM topic_themes ORDER BY topic_id, theme"):
        themes.setdefault(topic, []).append(taxonomy.label("theme", theme, "ja"))
    target.executemany(
        "INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?)",
        (
            (topic, forum, title, count, " ".join(themes.get(topic, ())), readers)
            for topic, forum, title, count, readers in source.execute(
                "SELECT id, board_id, title, post_count, reader_count FROM topics"
            )
        ),
    )
    files = {
        post: f"{name} CSV、{size_text(size)}"
        for post, name, size in source.execute("SELECT post_id, name, size FROM attachments")
    }
    aliases: dict[str, int] = {}
    for row in source.execute(_POSTS, {"gone": _GONE}):
        post, topic, place, author, alias, number, written, edited, *said, html = row
        at = moment(datetime.fromisoformat(written).replace(tzinfo=UTC), "ja", now)
        if html not in words:
            words[html] = paragraphs_of(html)
        if alias:
            author = aliases.setdefault(alias, -1 - len(aliases))
        before = (post, topic, place, author, number)
        values = (*before, at.iso, at.text, edited, *said, files.get(post, ""), words[html])
        target.execute(f"INSERT INTO posts VALUES ({', '.join('?' * len(values))})", values)
    target.executemany(
        "INSERT INTO users VALUES (?, ?, '', '')", ((number, alias) for alias, number in aliases.items())
    )
    target.execute("CREATE INDEX posts_of_topic ON posts (topic, place)")
    target.commit()
    target.close()
    source.close()
