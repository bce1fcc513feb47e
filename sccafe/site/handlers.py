"""What is done here goes into the record."""

from sccafe.core.events import on
from sccafe.moderation import audit
from sccafe.site.events import PageEdited, SettingsChanged


@on(PageEdited)
def record_page(event: PageEdited) -> None:
    audit.record("page.edited", "page", 0, event.actor_id, "", slug=event.slug, locale=event.locale)


@on(SettingsChanged)
def record_settings(event: SettingsChanged) -> None:
    audit.record("settings.changed", "setting", 0, event.actor_id, "", **dict(event.changed))
