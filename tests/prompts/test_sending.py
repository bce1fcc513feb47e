"""A prompt is made and sent: to whom it goes, what the mail says, and what is kept of the addresses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from sccafe.accounts.models import User
from sccafe.boards import arranging
from sccafe.boards.models import Board, Topic
from sccafe.core import checks, clock
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.moderation.models import AuditEntry
from sccafe.prompts import jobs as prompt_jobs
from sccafe.prompts import service
from sccafe.prompts.models import EnteredPost, Prompt, PromptRecipient
from tests import factories
from tests.prompts import asking
from tests.prompts.asking import page

Browser = Callable[[str], FlaskClient]


def recipients() -> int:
    found = len(db.session.scalars(select(PromptRecipient.id)).all())
    end_reading()
    return found


def test_the_secretariat_asks_from_one_page_and_sends_from_the_next(
    app: Flask, town: dict[str, int], as_person: Browser
) -> None:
    staff = as_person("なかむら")
    fields = factories.form(
        staff,
        "/prompts/new",
        title=asking.QUESTION,
        body="ひとことで教えてください。",
        board=str(town["meeting"]),
        until=str(asking.today() + timedelta(days=3)),
        once="one",
    )
    made = staff.post("/prompts/new", data=fields)
    assert made.status_code == 303
    assert staff.post("/prompts/new", data=fields).headers["Location"] == made.headers["Location"]
    address = made.headers["Location"].partition("#")[0]
    sending = factories.form(
        staff, address, roles=["member", "expert"], prefecture="13", addresses="hana@example.org, taro@example.org"
    )
    counted = staff.post(f"{address}/send", data=sending | {"do": "count"})
    assert "4人に届きます。" in counted.get_data(as_text=True)
    assert recipients() == 0
    assert staff.post(f"{address}/send", data=sending).status_code == 303
    mails = asking.deliver(app)
    assert sorted(str(mail["To"]) for mail in mails) == sorted(
        ["hana@example.org", "taro@example.org", factories.email_of("みどり"), factories.email_of("さくら")]
    )
    assert all(asking.QUESTION in str(mail["Subject"]) for mail in mails)
    assert asking.QUESTION in page(staff, "/prompts")
    entries = db.session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    end_reading()
    assert [row.action for row in entries][-2:] == ["prompt.opened", "prompt.sent"]
    assert "example.org" not in str(entries)


def test_whoever_has_the_prompt_already_is_passed_over(app: Flask, town: dict[str, int]) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, "hana@example.org", "HANA@example.org", roles=("member",))
    again = asking.send(prompt, "Hana@example.org", "taro@example.org", roles=("member", "expert"))
    assert (again.members, again.addresses, again.known) == (1, 1, 3)
    assert asking.figures(prompt)[0] == 5
    assert len(asking.deliver(app)) == 5


def test_an_address_of_a_chosen_member_gets_one_mail(app: Flask, town: dict[str, int]) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, factories.email_of("みどり").upper(), roles=("member",))
    assert len(asking.deliver(app)) == 2


def test_an_address_that_is_none_is_named_and_nothing_is_lost_or_sent(town: dict[str, int], as_person: Browser) -> None:
    staff, prompt = as_person("なかむら"), asking.ask(town["exchange"])
    written = "山田 <yamada@example.org>\n花子@, taro＠example.org；mou-ichido"
    fields = factories.form(staff, f"/prompts/{prompt}", addresses=written)
    refused = staff.post(f"/prompts/{prompt}/send", data=fields)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "「花子@」、「mou-ichido」" in shown
    assert "山田 &lt;yamada@example.org&gt;" in shown
    assert recipients() == 0
    mended = fields | {"addresses": "山田 <yamada@example.org>\ntaro＠example.org"}
    assert staff.post(f"/prompts/{prompt}/send", data=mended).status_code == 303
    assert recipients() == 2


def test_more_than_two_thousand_addresses_at_a_time_are_refused(town: dict[str, int], as_person: Browser) -> None:
    staff, prompt = as_person("なかむら"), asking.ask(town["exchange"])
    many = "\n".join(f"person{number}@example.org" for number in range(2001))
    fields = factories.form(staff, f"/prompts/{prompt}", addresses=many)
    assert staff.post(f"/prompts/{prompt}/send", data=fields).status_code == 422
    assert recipients() == 0


def test_nobody_is_asked_without_somebody_to_ask(town: dict[str, int], as_person: Browser) -> None:
    staff, prompt = as_person("なかむら"), asking.ask(town["exchange"])
    fields = factories.form(staff, f"/prompts/{prompt}", addresses=" \n")
    assert staff.post(f"/prompts/{prompt}/send", data=fields).status_code == 422


def test_mails_for_many_are_handed_over_some_at_a_time(app: Flask, town: dict[str, int]) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, *(f"person{number}@example.org" for number in range(prompt_jobs.BATCH + 20)))
    prompt_jobs.hand_over(prompt)
    waiting = db.session.scalars(select(PromptRecipient.id).where(PromptRecipient.queued.is_(False))).all()
    left = db.session.scalars(select(Job.id).where(Job.name == service.MAIL, Job.state == "waiting")).all()
    end_reading()
    assert len(waiting) == 20
    assert len(left) == 2
    prompt_jobs.hand_over(prompt)
    prompt_jobs.hand_over(prompt)
    assert len({str(mail["To"]) for mail in asking.deliver(app)}) == prompt_jobs.BATCH + 20
    assert len(asking.deliver(app)) == prompt_jobs.BATCH + 20


def test_a_company_is_asked_only_where_it_may_read(app: Flask, town: dict[str, int]) -> None:
    everybody = ("member", "expert", "industry")
    assert asking.send(asking.ask(town["network"]), roles=everybody).members == 4
    assert asking.send(asking.ask(town["members-lounge"]), roles=everybody).members == 3


def test_people_without_an_account_are_asked_only_what_a_visitor_reads(
    town: dict[str, int], as_person: Browser
) -> None:
    staff, prompt = as_person("なかむら"), asking.ask(town["members-lounge"])
    assert "登録していない方には送れません" in page(staff, f"/prompts/{prompt}")
    with pytest.raises(service.MayNot):
        asking.send(prompt, "hana@example.org")
    assert recipients() == 0


def test_news_and_archived_boards_hold_no_prompt(town: dict[str, int], as_person: Browser) -> None:
    with pytest.raises(service.MayNot):
        asking.ask(town["news"])
    with writing() as session:
        session.execute(update(Board).where(Board.id == town["exchange"]).values(archived=True))
    with pytest.raises(service.MayNot):
        asking.ask(town["exchange"])
    shown = page(as_person("なかむら"), "/prompts/new")
    assert f'value="{town["news"]}"' not in shown
    assert f'value="{town["meeting"]}"' in shown


@pytest.mark.parametrize("who", ["みどり", "さくら", "みせばん", ""])
def test_to_everybody_else_there_is_nothing(
    town: dict[str, int], as_person: Browser, client: FlaskClient, who: str
) -> None:
    prompt = asking.ask(town["exchange"])
    browser = as_person(who) if who else client
    for address in ("/prompts", "/prompts/new", f"/prompts/{prompt}"):
        page(browser, address, 404)
    fields = factories.form(browser, "/" if who else "/sign-in", roles="member")
    assert browser.post(f"/prompts/{prompt}/send", data=fields).status_code == 404


@pytest.mark.parametrize("day", ["", "2020-01-01", "やがて", "2099-01-01"])
def test_a_deadline_that_cannot_be_is_told_and_nothing_is_lost(
    town: dict[str, int], as_person: Browser, day: str
) -> None:
    staff = as_person("なかむら")
    fields = factories.form(
        staff, "/prompts/new", title="題", body="消えては困る文", board=str(town["exchange"]), until=day
    )
    refused = staff.post("/prompts/new", data=fields)
    assert refused.status_code == 422
    assert "消えては困る文" in refused.get_data(as_text=True)
    assert db.session.scalars(select(Topic.id)).all() == []
    end_reading()


def test_a_deadline_is_the_end_of_its_day_in_japan_and_can_be_moved(
    app: Flask, town: dict[str, int], client: FlaskClient, as_person: Browser
) -> None:
    with time_machine.travel("2026-04-01T03:00:00Z", tick=False):
        prompt = asking.ask(town["exchange"], days=1)
        asking.send(prompt, "hana@example.org")
        link = asking.link_to(app, "hana@example.org")
    with time_machine.travel("2026-04-02T14:59:59Z", tick=False):
        assert "2026年4月2日" in page(client, link)
    with time_machine.travel("2026-04-02T15:00:00Z", tick=False):
        page(client, link, 410)
        staff = as_person("なかむら")
        fields = factories.form(staff, f"/prompts/{prompt}", until="2026-04-09")
        assert staff.post(f"/prompts/{prompt}/deadline", data=fields).status_code == 303
        page(client, link)


def test_addresses_are_encrypted_and_no_link_stands_in_the_database(app: Flask, town: dict[str, int]) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, "hana@example.org")
    token = asking.link_to(app, "hana@example.org").removeprefix("/answer/")
    assert len(token) >= 43
    for table in db.metadata.sorted_tables:
        rows = str(db.session.execute(text(f'SELECT * FROM "{table.name}"')).all())
        assert "hana" not in rows, table.name
        assert token not in rows, table.name
    end_reading()


def test_whom_it_was_sent_to_is_forgotten_thirty_days_after_the_deadline_and_the_figures_stay(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    with time_machine.travel("2026-04-01T03:00:00Z", tick=False):
        prompt = asking.ask(town["exchange"], days=1)
        asking.send(prompt, "hana@example.org", roles=("member",))
        link = asking.link_to(app, "hana@example.org")
        asking.answered(client, link, "バスが減りました。")
        before = asking.figures(prompt)
    with time_machine.travel("2026-05-02T14:00:00Z", tick=False):
        prompt_jobs.forget_recipients()
        assert recipients() == 3
    with time_machine.travel("2026-05-02T16:00:00Z", tick=False):
        prompt_jobs.forget_recipients()
        assert recipients() == 0
        page(client, link, 410)
    assert asking.figures(prompt) == before == (3, 1, 1, 1)
    assert list(checks._checks["prompts: figures"]()) == []
    end_reading()


def test_links_to_entered_posts_that_have_run_out_are_forgotten(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    with writing() as session:
        session.add(
            EnteredPost(
                post_id=factories.post_id(topic, 1), token_hash="x", expires_at=clock.now() - timedelta(seconds=1)
            )
        )
    prompt_jobs.forget_recipients()
    assert db.session.scalars(select(EnteredPost.post_id)).all() == []
    end_reading()


@pytest.mark.parametrize("what", ["suspended", "narrowed", "hidden", "over", "refused"])
def test_a_waiting_mail_is_not_sent_where_its_reader_is_not_to_be_asked_any_more(
    app: Flask, town: dict[str, int], what: str
) -> None:
    prompt = asking.ask(town["exchange"])
    if what == "refused":
        asking.send(prompt, "hana@example.org")
        from sccafe.prompts.models import RefusedAddress
        from sccafe.prompts.tokens import address_hash

        with writing() as session:
            session.add(RefusedAddress(address_hash=address_hash("hana@example.org")))
    else:
        asking.send(prompt, roles=("industry",))
        with writing() as session:
            changes = {
                "suspended": update(User).where(User.handle == "みせばん").values(state="suspended"),
                "narrowed": update(Topic).values(audience="members"),
                "hidden": update(Topic).values(audience="staff", visibility="hidden"),
                "over": update(Prompt).values(deadline=clock.now()),
            }
            session.execute(changes[what])
    assert asking.deliver(app) == []


def test_the_mail_of_a_member_names_them_and_offers_no_end_that_is_for_others(app: Flask, town: dict[str, int]) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, "hana@example.org", roles=("expert",))
    mails = {str(mail["To"]): mail for mail in asking.deliver(app)}
    member, guest = mails[factories.email_of("さくら")], mails["hana@example.org"]
    assert "さくらさん" in str(member.get_content())
    assert member["List-Unsubscribe"] is None
    assert "/stop" in str(guest["List-Unsubscribe"])
    assert "もう受け取らない" in str(guest.get_content())


def test_whoever_wants_no_more_such_mail_presses_one_button_and_is_passed_over(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    first = asking.ask(town["exchange"])
    asking.send(first, "hana@example.org", roles=("expert",))
    link = asking.link_to(app, "hana@example.org")
    stop = f"{link}/stop"
    assert "止めますか" in page(client, stop)
    assert "止めますか" in page(client, stop)
    assert client.post(stop, data=factories.form(client, stop)).status_code == 303
    assert "止めています" in page(client, stop)
    second = asking.ask(town["exchange"])
    passed = asking.send(second, "Hana@example.org", "taro@example.org")
    assert (passed.addresses, passed.refused) == (1, 1)
    assert client.post(stop, data=factories.form(client, stop, stop="0")).status_code == 303
    assert asking.send(second, "hana@example.org").addresses == 1
    page(client, f"{asking.link_to(app, factories.email_of('さくら'))}/stop", 410)


def test_whoever_asks_is_not_told_of_every_answer(app: Flask, town: dict[str, int], client: FlaskClient) -> None:
    prompt = asking.ask(town["questions"])
    asking.send(prompt, "hana@example.org")
    asking.answered(client, asking.link_to(app, "hana@example.org"), "困っています。")
    assert [str(mail["To"]) for mail in asking.deliver(app)] == ["hana@example.org"]
    assert db.session.scalar(select(Topic.state)) == "answered"
    end_reading()


def test_the_list_of_prompts_is_a_bounded_number_of_statements(
    town: dict[str, int], as_person: Browser, statements: list[str]
) -> None:
    for _number in range(3):
        asking.send(asking.ask(town["exchange"]), roles=("member",))
    staff = as_person("なかむら")
    staff.get("/prompts")
    with statements:  # type: ignore[attr-defined]
        staff.get("/prompts")
    assert len(statements) <= 5, statements


def test_a_board_that_is_changed_takes_the_prompt_along(town: dict[str, int], as_person: Browser) -> None:
    prompt = asking.ask(town["network"])
    row = db.session.execute(select(Board).where(Board.id == town["network"])).scalar_one()
    values = {name: getattr(row, name) for name in arranging.BoardValues.__dataclass_fields__}
    end_reading()
    arranging.save_board(
        factories.viewer_of("かんり"), town["network"], arranging.BoardValues(**values | {"audience": "experts"})
    )
    assert asking.send(prompt, roles=("member", "expert", "industry")).members == 1
