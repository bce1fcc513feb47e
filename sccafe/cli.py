"""The `sccafe` command: running a site and looking after it.

Each command checks what it was given, calls the feature that does the work, and says what came of it.
"""

import signal
import sys
import time
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError

from sccafe import beside, create_app
from sccafe import settings as settings_module
from sccafe.core import assets as assets_module
from sccafe.core import checks, database, jobs, logs, migrations, translations
from sccafe.settings import SETTINGS, Settings, SettingsError


@click.group(cls=AppGroup)
def sccafe() -> None:
    """Run and look after an SC Café."""


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


# --- making a site --------------------------------------------------------------------------------


@sccafe.command()
def migrate() -> None:
    """Make the database, or bring it up to date."""
    migrations.make_database(_settings())
    click.echo("The database is up to date.")


@sccafe.command("assets", with_appcontext=False)
def assets() -> None:
    """Write the static files under names that browsers may keep for ever."""
    try:
        count = assets_module.build(beside("static"))
    except assets_module.AssetMissing as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} files in {beside('static') / 'build'}.")


@sccafe.command(with_appcontext=False)
@click.option("--demo/--no-demo", default=False, help="Load the demo if this is the site's first start.")
@click.pass_context
def setup(context: click.Context, demo: bool) -> None:
    """Prepare a site for serving: catalogues, static files, database, standard boards."""
    # Before the site is loaded, which reads both.
    translations.compile_catalogues()
    context.invoke(assets)
    with context.ensure_object(ScriptInfo).load_app().app_context():
        from sccafe.search import reindexing
        from sccafe.site import setup as site_setup

        migrations.make_database(_settings())
        if made := site_setup.make_standard_boards():
            click.echo(f"Made {made} boards.")
        if demo and site_setup.is_new():
            if site_setup.demo_addresses():  # the first start was broken off in the middle
                context.invoke(demo_command, remove=True)
            context.invoke(demo_command)
        site_setup.mark_started()
        if reindexing.is_new_here():
            click.echo("Taking up for search what this site holds already; this is done once.")
            _reindex(anew=False)
        if gone := site_setup.keep_deleted():
            click.echo(f"Took away again what an older database had brought back of {gone} requests for counsel.")
        if addresses := site_setup.demo_addresses():
            from sccafe.site.demo import PASSWORD

            click.echo(f"Demo accounts, all with the password {PASSWORD}:")
            for address in addresses:
                click.echo(f"  {address}")


@sccafe.command("demo")
@click.option("--remove", is_flag=True, help="Take every demo person and text away.")
def demo_command(remove: bool) -> None:
    """Load the demo into a site without people, or take it away again."""
    from sccafe.site import demo as demo_content
    from sccafe.site import setup as site_setup

    if remove:
        people, posts = demo_content.remove(beside("demo"))
        click.echo(f"Took away {people} people and {posts} posts.")
        return
    site_setup.make_standard_boards()
    try:
        with database.loading():
            posts = demo_content.Loader(beside("demo")).load()
    except demo_content.OtherPeopleHere:
        raise click.ClickException("There are people here already: the demo comes into an empty site only.") from None
    click.echo(f"Loaded {posts} posts.")


@sccafe.command("create-admin")
@click.option("--email", help="Mail address; asked for where it is left out.")
@click.option("--handle", help="Name shown on the site; asked for where it is left out.")
def create_admin(email: str | None, handle: str | None) -> None:
    """Make an administrator. The password is asked for twice, or read from standard input."""
    from sccafe.accounts.errors import NotUsable
    from sccafe.accounts.service import create_admin as make

    if email is None:
        email = click.prompt("Mail address")
    if handle is None:
        handle = click.prompt("Handle (shown on the site)")
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        make(email, handle, password)
    except NotUsable as error:
        raise click.ClickException(f"Nobody was made: {error}.") from error
    click.echo(f"{handle} can sign in with {email}.")


@sccafe.group("translations")
def translations_group() -> None:
    """The English catalogue; the Japanese texts stand in the code and are its keys."""


@translations_group.command(with_appcontext=False)
def extract() -> None:
    """Bring the catalogue in step with the code and the templates."""
    missing = translations.extract(Path(__file__).parent.parent)
    click.echo(f"{missing} messages wait for a translation in {translations.ENGLISH}.")


@translations_group.command("compile", with_appcontext=False)
def compile_() -> None:
    """Write what the running site reads."""
    click.echo(f"{translations.compile_catalogues()} catalogues compiled.")


@translations_group.command("check", with_appcontext=False)
def check_translations() -> None:
    """Tell what is missing, unused, empty, fuzzy or copied; exit 1 where there is something."""
    found = list(translations.problems(Path(__file__).parent.parent))
    for line in found:
        click.echo(line)
    sys.exit(1 if found else 0)


@sccafe.command("settings", with_appcontext=False)
@click.option("--markdown", is_flag=True, help="The page docs/operate/settings.md, in Japanese.")
def settings_table(markdown: bool) -> None:
    """List every setting with its default."""
    if markdown:
        click.echo(settings_module.as_markdown(), nl=False)
        return
    width = max(len(setting.variable) for setting in SETTINGS)
    for setting in SETTINGS:
        click.echo(f"{setting.variable:<{width}}  {setting.meaning} Default: {setting.default or 'empty'}")


# --- looking after one ----------------------------------------------------------------------------


@sccafe.command("check")
def check_command() -> None:
    """Look for what is wrong: broken rows, counters, stuck jobs. Exit 1 where something is."""
    found = checks.run()
    for name, problems in found.items():
        click.echo(f"{'bad' if problems else 'ok ':3}  {name}")
        for line in problems[: checks.MOST]:
            click.echo(f"       {line}")
        if len(problems) > checks.MOST:
            click.echo("       … and more")
    wrong = sum(1 for problems in found.values() if problems)
    click.echo(f"{len(found)} checks, {wrong} with something wrong." if wrong else f"{len(found)} checks, all is well.")
    sys.exit(1 if wrong else 0)


@sccafe.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
def backup(target: Path | None) -> None:
    """Back the site up while it runs, into TARGET: a file (.tar or .tar.gz) or a folder.

    Without TARGET it goes to the folder backups of the data folder. The keys go to a second file, readable by its
    owner alone: keep it somewhere else.
    """
    from sccafe.site import backup as site_backup

    try:
        made = site_backup.make(_settings(), target)
    except site_backup.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.archive}: {made.rows} rows, {made.files} files, read again and found whole.")
    click.echo(f"{made.keys}: the keys. Without them the backup cannot be used; keep them apart from it.")


@sccafe.command(with_appcontext=False)
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True),
    help="The archive of keys, or the folder keys of a site. Default: …-keys.tar beside it.",
)
def restore(archive: Path, keys: Path | None) -> None:
    """Bring a backup back into an empty place, and its database up to date."""
    from sccafe.site import restore as site_restore
    from sccafe.site.backup import BackupError

    try:
        brought = site_restore.restore(settings_module.read(), archive, keys, create_app)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Brought back: {brought.rows} rows and {brought.files} files of {brought.made_at}.")
    for line in brought.remarks:
        click.echo(line)


@sccafe.group("keys")
def keys_group() -> None:
    """The keys under which the database keeps what is confidential."""


@keys_group.command("status")
def keys_status() -> None:
    """Say how many keys there are, and what is not under the newest one yet. Exit 1 where something cannot be read."""
    from sccafe.site import key_care

    said = key_care.status()
    for line in said.lines:
        click.echo(line)
    sys.exit(1 if said.is_wrong else 0)


@keys_group.command("rotate")
def keys_rotate() -> None:
    """Add a new key and bring everything under it; go on with a rotation that was broken off.

    The site may be in use meanwhile.
    """
    _care_for_keys("rotate")


@keys_group.command("forget")
def keys_forget() -> None:
    """Take the older keys away, where nothing in the database is under them any more."""
    _care_for_keys("forget")


def _care_for_keys(what: str) -> None:
    from sccafe.site import key_care

    try:
        for line in key_care.rotate() if what == "rotate" else key_care.forget():
            click.echo(line)
    except key_care.NotYet as error:
        raise click.ClickException(str(error)) from error


@sccafe.group("library")
def library_group() -> None:
    """Bundles of library items: in from a folder or a ZIP, and out in the same form."""


@library_group.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--as", "handle", help="Who imports; the first administrator where it is left out.")
def library_import(path: Path, dry_run: bool, handle: str | None) -> None:
    """Take in everything in PATH, or nothing where something is wrong. Exit 1 where it is."""
    from sccafe.library import by_hand

    said = by_hand.take_in(path, _acting(handle), dry_run)
    for line in said.lines:
        click.echo(line, err=said.is_wrong)
    sys.exit(1 if said.is_wrong else 0)


@library_group.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Drafts and what was archived as well.")
@click.option("--as", "handle", help="Who exports; the first administrator where it is left out.")
def library_export(path: Path, everything: bool, handle: str | None) -> None:
    """Write everything on the shelf to PATH: a new folder, or a ZIP where the name ends in .zip."""
    from sccafe.library import by_hand

    try:
        said = by_hand.export(path, _acting(handle), everything)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; name a new one.") from None
    for line in said.lines:
        click.echo(line)
    sys.exit(1 if said.is_wrong else 0)


def _acting(handle: str | None) -> Any:
    """Who does something from the command line: one of the secretariat."""
    from sccafe.library import by_hand

    found = by_hand.acting(handle)
    if found is None:
        name = f"{handle} is" if handle else "There is"
        raise click.ClickException(f"{name} no active member of the secretariat; `sccafe create-admin` makes one.")
    return found


@sccafe.command()
def rerender() -> None:
    """Render texts again that an older version of the renderer made."""
    from sccafe.site import rerendering

    click.echo(f"{rerendering.rerender()} texts rendered again.")


@sccafe.command()
@click.option(
    "--anew", is_flag=True, help="Make the index itself again as well, where `sccafe check` says that it is wrong."
)
def reindex(anew: bool) -> None:
    """Bring what search finds in step with what is there; go on with a run that was broken off.

    The site may be in use meanwhile.
    """
    _reindex(anew)


def _reindex(anew: bool) -> None:
    from sccafe.search import reindexing

    progress = _Progress()
    written = reindexing.reindex(anew, progress.say)
    progress.end()
    click.echo(f"{written} entries written.")


class _Progress:
    """How far something is: on one line of a terminal, otherwise a line now and then, for a log."""

    def __init__(self) -> None:
        self.on_terminal = sys.stderr.isatty()
        self.begun = self.said = time.monotonic()

    def say(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.said < (0.2 if self.on_terminal else 10):
            return
        self.said = now
        left = (now - self.begun) * (total - done) / max(done, 1)
        line = f"{done:,} of {total:,} looked at, about {max(1, round(left / 60))} min left"
        click.echo(f"\r{line:<70}" if self.on_terminal else line, nl=not self.on_terminal, err=True)

    def end(self) -> None:
        if self.on_terminal and self.said != self.begun:
            click.echo(err=True)


@sccafe.command("mail")
@click.option("--last", type=click.IntRange(1), help="Only the newest so many.")
def mail_command(last: int | None) -> None:
    """Print the mails of the mail folder (there are some where no mail server is set), newest last."""
    if _settings().smtp_host:
        click.echo("Mail goes to the mail server; new ones are not written to the folder mail.", err=True)
    paths = sorted((_settings().data / "mail").glob("*.eml"))
    for path in paths[-last:] if last else paths:
        message: Any = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        click.echo("-" * 72)
        for name in ("Date", "From", "To", "Subject"):
            click.echo(f"{name}: {message[name]}")
        click.echo()
        click.echo(message.get_content().rstrip("\n"))
    if not paths:
        click.echo("There is no mail yet.")


@sccafe.command("jobs")
@click.option("--again", "choice", flag_value="again", help="Try all of them again, now.")
@click.option("--forget", "choice", flag_value="forget", help="Take all of them away; they will not be done.")
def jobs_command(choice: str | None) -> None:
    """List the jobs that were given up after many tries."""
    found = jobs.failed()
    for job_id, name, error in found:
        click.echo(f"{job_id}  {name}  {error}")
    numbers = [job_id for job_id, _name, _error in found]
    if choice == "again":
        jobs.try_again(numbers)
    elif choice == "forget":
        jobs.forget(numbers)
    done = {"again": " Tried again from now on.", "forget": " Taken away."}.get(choice or "", "")
    click.echo(f"{len(found)} failed jobs.{done if found else ''}")


@sccafe.command()
def worker() -> None:
    """Do the jobs until SIGTERM or Ctrl-C; the present one is finished first."""
    logs.configure(_settings().log_level)
    awaited = {signal.SIGTERM, signal.SIGINT}
    # Blocked before the thread starts, so that it inherits this and only the wait below is woken.
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    thread = jobs.Worker(current_app._get_current_object())  # type: ignore[attr-defined]
    thread.start()
    click.echo("Doing jobs.")
    signal.sigwait(awaited)
    click.echo("Ending.")
    thread.stop()


def main() -> None:
    """Entry point: what cannot work is told in words, not as a traceback."""
    try:
        sccafe(obj=ScriptInfo(create_app=create_app))
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OperationalError as error:
        click.echo(f"The database cannot be used: {error.orig}", err=True)
        click.echo("`sccafe migrate` makes one; SCCAFE_DATA and SCCAFE_DATABASE_URL say where it is.", err=True)
        sys.exit(1)
