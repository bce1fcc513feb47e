"""Bringing the library's stored HTML up to date after the renderer has changed: a part of `sccafe rerender`."""

from collections.abc import Callable

from sqlalchemy import select, update

from sccafe.core import markup
from sccafe.core.database import db, end_reading, writing
from sccafe.library.models import Report, Selection, Version
from sccafe.library.sheet import TEXTS

BATCH = 100

Render = Callable[[str], str]


def rerender(render: Render) -> int:
    """Render again what an older renderer made; gives the number of versions, reports and selections written.

    In batches: what is rendered outside a transaction is written only where the text is still the same.
    """
    return _versions(render) + _others(render)


def _versions(render: Render) -> int:
    done, last = 0, 0
    while True:
        old = db.session.execute(
            select(Version.id, Version.sheet, Version.saved)
            .where(Version.renderer < markup.RENDERER_VERSION, Version.id > last)
            .order_by(Version.id)
            .limit(BATCH)
        ).all()
        end_reading()
        if not old:
            return done
        new = [(row, {key: render(row.sheet[key]) for key in TEXTS if row.sheet.get(key)}) for row in old]
        with writing() as session:
            for row, html in new:
                session.execute(
                    update(Version)
                    .where(Version.id == row.id, Version.saved == row.saved)
                    .values(html=html, renderer=markup.RENDERER_VERSION)
                )
        done += len(old)
        last = old[-1].id


def _others(render: Render) -> int:
    """Reports and selections: short, so all are rendered and the changed ones written."""
    done = 0
    for model in (Report, Selection):
        rows = db.session.execute(select(model.id, model.source, model.html).where(model.source != "")).all()
        end_reading()
        new = [(row, html) for row in rows if (html := render(row.source)) != row.html]
        for start in range(0, len(new), BATCH):
            with writing() as session:
                for row, html in new[start : start + BATCH]:
                    session.execute(
                        update(model).where(model.id == row.id, model.source == row.source).values(html=html)
                    )
        done += len(new)
    return done
