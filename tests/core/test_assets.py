"""Hashed static files: their names, what refers to them, and how they are served."""

import gzip
import json
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.core import assets


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    for name, content in {
        "css/site.css": '@import "parts.css"; a{background:url(../img/mark.svg)} b{background:url("data:image/png,x")}'
        + "p{color:red}" * 50,
        "css/parts.css": "p{color:red}",
        "img/mark.svg": "<svg/>",
        "img/photo.jpg": "jpeg",
        "js/site.js": "'use strict';" * 50,
        "vendor/.stamp": "1",
        "other/notes.txt": "not served under a hashed name",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def manifest(static: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((static / "build" / "manifest.json").read_text())
    return found


def client_of(static: Path) -> FlaskClient:
    app = Flask("plain")
    assets.init_app(app, static)
    return app.test_client()


def asset_address(static: Path, name: str) -> str:
    app = Flask("plain")
    assets.init_app(app, static)
    with app.app_context():
        return assets.asset(name)


def test_every_file_gets_a_name_with_its_hash_and_a_compressed_twin(static: Path) -> None:
    assert assets.build(static) == 5
    names = manifest(static)
    assert set(names) == {"css/site.css", "css/parts.css", "img/mark.svg", "img/photo.jpg", "js/site.js"}
    script = static / "build" / names["js/site.js"]
    assert script.read_bytes() == (static / "js" / "site.js").read_bytes()
    assert gzip.decompress(script.with_name(script.name + ".gz").read_bytes()) == script.read_bytes()
    for name in ("img/photo.jpg", "img/mark.svg"):  # packed already, and too small to gain anything
        assert not (static / "build" / (names[name] + ".gz")).exists()


def test_a_stylesheet_refers_to_the_hashed_names(static: Path) -> None:
    assets.build(static)
    names = manifest(static)
    text = (static / "build" / names["css/site.css"]).read_text()
    assert f'@import "{names["css/parts.css"].removeprefix("css/")}"' in text
    assert f"url(../{names['img/mark.svg']})" in text
    assert 'url("data:image/png,x")' in text


def test_a_changed_picture_changes_the_name_of_the_stylesheet_that_shows_it(static: Path) -> None:
    assets.build(static)
    before = manifest(static)
    (static / "img" / "mark.svg").write_text("<svg><g/></svg>")
    assets.build(static)
    after = manifest(static)
    assert after["css/site.css"] != before["css/site.css"]
    assert after["js/site.js"] == before["js/site.js"]


def test_a_stylesheet_that_names_a_missing_file_stops_the_build_and_changes_nothing(static: Path) -> None:
    assets.build(static)
    before = manifest(static)
    (static / "css" / "site.css").write_text("a{background:url(../img/gone.svg)}")
    with pytest.raises(assets.AssetMissing, match=r"static/css/site\.css names img/gone\.svg"):
        assets.build(static)
    assert manifest(static) == before


def test_stylesheets_that_import_each_other_in_a_ring_are_refused(static: Path) -> None:
    (static / "css" / "parts.css").write_text('@import "site.css";')
    with pytest.raises(assets.AssetMissing, match="ring"):
        assets.build(static)


def test_the_files_of_the_build_before_stay_for_a_server_that_still_names_them(static: Path) -> None:
    made = []
    for number in range(3):
        (static / "js" / "site.js").write_text(f"{number}")
        assets.build(static)
        made.append(static / "build" / manifest(static)["js/site.js"])
        assets.build(static)
    assert [path.exists() for path in made] == [False, True, True]


def test_a_hashed_file_is_kept_by_browsers_for_ever(static: Path) -> None:
    assets.build(static)
    address = asset_address(static, "css/site.css")
    response = client_of(static).get(address, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"].startswith("text/css")


def test_without_a_build_the_plain_files_are_served_and_asked_for_again(static: Path) -> None:
    assert asset_address(static, "css/site.css") == "/static/css/site.css"
    response = client_of(static).get("/static/css/site.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "max-age=0, public"


def test_a_build_older_than_its_sources_is_not_used(static: Path) -> None:
    assets.build(static)
    later = (static / "build" / "manifest.json").stat().st_mtime + 5
    os.utime(static / "css" / "site.css", (later, later))
    assert asset_address(static, "css/site.css") == "/static/css/site.css"
    os.utime(static / "build" / "manifest.json", (later, later))
    assert asset_address(static, "css/site.css") != "/static/css/site.css"


@pytest.mark.parametrize(
    "address", ["/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/css/../../wsgi.py", "/static/"]
)
def test_nothing_outside_the_folder_is_served(static: Path, address: str) -> None:
    assert client_of(static).get(address).status_code == 404
