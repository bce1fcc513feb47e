"""What tests of the desk do again and again."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.core.database import db, end_reading
from sccafe.moderation.models import AuditEntry, AuditReason, Report
from tests import factories


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address, follow_redirects=True)
    assert response.status_code == 200, (address, response.status)
    return response.get_data(as_text=True)


def post(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form with a good token, whatever the page shows."""
    return client.post(address, data=factories.form(client, "/about", **fields))


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form that is taken."""
    response = post(client, address, **fields)
    assert response.status_code == 303, response.get_data(as_text=True)[:2000]
    return response


def all_of(*columns: Any) -> list[Any]:
    """The rows of a table, from the oldest; a single column comes as plain values."""
    rows = db.session.execute(select(*columns).order_by(columns[0].class_.__table__.primary_key.columns.values()[0]))
    found = [row[0] if len(columns) == 1 else tuple(row) for row in rows]
    end_reading()
    return found


def reports() -> list[Any]:
    return all_of(Report.state, Report.assignee_id)


def record() -> list[tuple[str, str]]:
    """Action and reason of every entry, from the oldest."""
    rows = db.session.execute(
        select(AuditEntry.action, AuditReason.text)
        .outerjoin(AuditReason, AuditReason.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id)
    )
    found = [(row.action, row.text or "") for row in rows]
    end_reading()
    return found


def report(handle: str, post_id: int, reason: str = "insult", note: str = "") -> int:
    from sccafe.moderation import service

    return service.report_post(factories.viewer_of(handle), post_id, reason, note)
