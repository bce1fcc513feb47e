"""The floor: what Flask, the stdlib's sqlite3 and Jinja need for a topic page, and nothing else.

FLOOR_DB names the database that make.py makes of a town. The template prints what a visitor reads on the site's own
topic page, word for word; the bench compares the two.
"""

import os
import sqlite3
import threading

from flask import Flask, abort, render_template, request

PER_PAGE = 25
app = Flask(__name__, static_folder=None)
local = threading.local()


def connection() -> sqlite3.Connection:
    """This thread's connection, with the pragmas that the site sets (core/database.py)."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["FLOOR_DB"])
        local.connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "secure_delete=ON",
            "cache_size=-16000",
            "query_only=1",
        ):
            local.connection.execute(f"PRAGMA {pragma}")
    found: sqlite3.Connection = local.connection
    return found


@app.get("/constant")
def constant() -> str:
    return "<!doctype html><meta charset=utf-8><title>x</title><p>" + "0123456789" * 2042


@app.get("/topic/<int:topic_id>")
def topic(topic_id: int) -> str:
    """A topic; `count` posts on a page make it as large as the page it is compared with."""
    page = request.args.get("page", 1, type=int)
    count = request.args.get("count", PER_PAGE, type=int)
    found = (
        connection()
        .execute(
            "SELECT t.id, t.title, t.n, t.themes, t.readers, f.name, f.slug"
            " FROM topics t JOIN forums f ON f.id = t.forum WHERE t.id = ?",
            (topic_id,),
        )
        .fetchone()
    )
    if found is None:
        abort(404)
    posts = (
        connection()
        .execute(
            "SELECT p.id, p.number, p.body, p.t, p.at, p.edited, p.to_number, p.to_name, p.empathy, p.useful, p.cheer,"
            " p.files, u.name, u.position, u.role FROM posts p JOIN users u ON u.id = p.user"
            " WHERE p.topic = ? ORDER BY p.place LIMIT ? OFFSET ?",
            (topic_id, count, (page - 1) * count),
        )
        .fetchall()
    )
    pages = -(-found["n"] // PER_PAGE)
    numbers = [number for number in range(1, pages + 1) if number in (1, pages) or abs(number - page) <= 2]
    return render_template("topic.html", t=found, ps=posts, page=page, pages=pages, numbers=numbers)
