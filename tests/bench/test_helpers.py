"""The bench's own instruments; the bench itself is run by scripts/bench."""

import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from tests.bench import load, replies, report, texts, visible


@pytest.fixture
def server() -> Iterator[load.Address]:
    """A server that answers /yes with 200 and a large page, and everything else with 404."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            body = b"x" * 300_000 if self.path == "/yes" else b"no"
            self.send_response(200 if self.path == "/yes" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Set-Cookie", f"seen={self.headers['Cookie']}; Path=/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running.server_address[0], running.server_address[1]  # type: ignore[misc]
    running.shutdown()
    thread.join()
    running.server_close()


def test_the_same_seed_makes_the_same_texts_of_about_300_characters() -> None:
    made = texts.pool(Random(1), 300)
    assert made == texts.pool(Random(1), 300)
    assert len(set(made)) == 300
    assert 250 < sum(map(len, made)) / len(made) < 350


def test_texts_leave_no_hole_open() -> None:
    assert not any("{" in each for each in texts.pool(Random(2), 300))
    assert not any("{" in texts.title(Random(seed)) for seed in range(100))


def test_two_pages_with_the_same_words_in_other_elements_read_the_same() -> None:
    left = "<title>A</title><script>no</script><p>買物 &amp; <b>移動</b></p>\n<svg><text>no</text></svg>"
    assert visible.text_of(left) == visible.text_of("<h1>A</h1><span>買物</span> <i>&amp;移動</i>") == "A買物&移動"


def test_a_difference_is_shown_where_it_begins() -> None:
    assert visible.first_difference("同じ文", "同じ文") == ""
    assert visible.first_difference("ここまで同じ、左", "ここまで同じ、右", around=3) == "…同じ、左… against …同じ、右…"
    assert visible.first_difference("短い", "短い文") == "…短い… against …短い文…"


def test_a_post_as_plain_paragraphs() -> None:
    html = "<p>一行目<br>二行目 <strong>強い</strong>&lt;</p><ul><li>甲</li><li>乙</li></ul>"
    assert visible.paragraphs_of(html) == "一行目\n二行目 強い<\n\n甲\n\n乙"


def test_an_answer_is_read_whole_and_the_connection_kept(server: load.Address) -> None:
    with load.Connection(server) as connection:
        first = connection.ask(load.request_bytes("/yes"))
        second = connection.ask(load.request_bytes("/form", "a=b", {"body": "買物 & 移動"}))
    assert (first.status, len(first.body)) == (200, 300_000)
    assert second.body == b"body=%E8%B2%B7%E7%89%A9+%26+%E7%A7%BB%E5%8B%95"
    assert second.header("Set-Cookie") == "seen=a=b; Path=/"


def test_the_load_counts_what_was_answered(server: load.Address) -> None:
    driven = load.drive(server, [load.request_bytes("/yes")], 0.1, connections=3)
    assert driven.rate > 0
    assert driven.asked >= 3


def test_the_load_refuses_an_error_page(server: load.Address) -> None:
    with pytest.raises(load.BadAnswer, match="404"):
        load.drive(server, [load.request_bytes("/yes"), load.request_bytes("/no")], 0.1, connections=1)
    with pytest.raises(load.BadAnswer, match="404"):
        load.page(server, "/no")


def test_what_writers_lost_doubled_or_left_out_is_found(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "site.sqlite")
    database.executescript(
        """CREATE TABLE topics (id, last_number, post_count);
        CREATE TABLE posts (topic_id, number, source, state);
        INSERT INTO topics VALUES (1, 3, 3);
        INSERT INTO posts VALUES (1, 1, 'はじめ', 'published'), (1, 2, 'あ（同時 0-0）', 'published'),
          (1, 3, 'あ（同時 1-0）', 'published');"""
    )
    database.commit()
    path = tmp_path / "site.sqlite"
    assert replies.what_is_wrong(path, 1, ["同時 0-0", "同時 1-0"]) == []
    assert replies.what_is_wrong(path, 1, ["同時 0-0", "同時 1-0", "同時 1-1"]) == ["同時 1-1 stands 0 times"]
    assert replies.what_is_wrong(path, 1, ["同時 0-0"]) == ["同時 1-0 was never acknowledged"]
    database.execute("UPDATE posts SET number = 4 WHERE number = 3")
    database.commit()
    database.close()
    assert replies.what_is_wrong(path, 1, ["同時 0-0", "同時 1-0"]) == ["the numbers have a gap"]


def test_the_table_marks_what_does_not_hold() -> None:
    figures = [report.Figure("a", "≤ 1", "2", False), report.Figure("b", "≤ 1", "1", True), report.Figure("c", "", "3")]
    assert report.table(figures).splitlines()[2:] == [
        "| a | ≤ 1 | 2 | **no** |",
        "| b | ≤ 1 | 1 | yes |",
        "| c |  | 3 |  |",
    ]


def test_percentiles() -> None:
    assert report.percentile([1.0, 2.0, 3.0, 4.0, 5.0], 50) == 3.0
    assert report.percentile([7.0], 95) == 7.0
