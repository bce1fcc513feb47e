"""Every address as every kind of person: what comes out is what they may see, and all of it."""

import pytest
from flask import Flask

from tests.wall import expectations, expectations_of_forms
from tests.wall.answers import VIEWERS, VISITOR, Row
from tests.wall.looking import look, unlike_nothing, wrong_with
from tests.wall.markers import told_by
from tests.wall.stage import Stage

PAGES, FORMS = expectations.ROWS, expectations_of_forms.ROWS
#: What Flask adds by itself to every address says the same to everybody.
BY_ITSELF = {"HEAD", "OPTIONS"}
#: A choice that harms nobody; with a token every visitor's page would carry a cookie.
WITHOUT_TOKEN = {"/language"}


def _rules_of(app: Flask, row: Row, address: str) -> tuple[str, str]:
    rule, _ids = app.url_map.bind("localhost").match(address.partition("?")[0], row.method, return_rule=True)
    return rule.rule, row.method


def test_every_address_of_the_site_has_a_row_in_the_expectation_table(stage: Stage) -> None:
    there = {
        (rule.rule, method) for rule in stage.app.url_map.iter_rules() for method in (rule.methods or set()) - BY_ITSELF
    }
    looked_at = {
        _rules_of(stage.app, row, stage.world.address(row.address))
        for row in PAGES + FORMS
        if row.address != "/nowhere"
    }
    missing = [f"  {method} {rule}" for rule, method in sorted(there - looked_at)]
    assert not missing, (
        "Nobody has said who may see what at these addresses:\n" + "\n".join(missing) + "\n"
        "Add a row for each: page(address, (who, sees(markers)), …) in tests/wall/expectations.py for GET,\n"
        "form(address, fields, (who, done())) in tests/wall/expectations_of_forms.py for POST. Whatever they show,\n"
        "plant it in tests/wall/world.py first, with a marker in it. Whoever is not named must get a 404."
    )


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_shows_what_its_reader_may_see_and_nothing_else(row: Row, site: Stage) -> None:
    wrong = []
    for viewer in VIEWERS:
        response = look(site, row, viewer)
        wrong += wrong_with(response, row, viewer, site.world) + unlike_nothing(response, site, row, viewer)
        site.restore()
    assert not wrong, "\n".join([str(row), *wrong])


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_a_form_does_what_its_sender_may_do_and_nothing_else(row: Row, site: Stage) -> None:
    wrong = []
    for viewer in VIEWERS:
        response = look(site, row, viewer)
        if site.is_changed() != row.answer_for(viewer).writes:
            wrong.append(f"{viewer}: changes {'something' if site.is_changed() else 'nothing'}")
        wrong += wrong_with(response, row, viewer, site.world) + unlike_nothing(response, site, row, viewer)
        site.restore()
    assert not wrong, "\n".join([str(row), *wrong])


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_tells_no_more_where_htmx_asks_or_where_only_its_headers_are_asked_for(row: Row, site: Stage) -> None:
    part = look(site, row, "member", headers={"HX-Request": "true"})
    _must, may = row.answer_for("member").said_to("member")
    assert told_by(part) <= may | row.asked_for(site.world)

    head = look(site, row, VISITOR, method="HEAD")
    _must, may = row.answer_for(VISITOR).said_to(VISITOR)
    assert head.status_code == row.answer_for(VISITOR).status
    assert head.get_data() == b""
    assert told_by(head) <= may | row.asked_for(site.world)


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_a_form_without_its_token_does_nothing(row: Row, site: Stage) -> None:
    if row.address in WITHOUT_TOKEN:
        return
    response = look(site, row, "admin", csrf_token="")
    assert response.status_code == 400
    assert told_by(response) <= row.asked_for(site.world)
    assert not site.is_changed()
