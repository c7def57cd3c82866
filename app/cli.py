"""Commands: `flask sync-roles`, `flask create-admin`, `flask load-catalogue`, `flask demo` …"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask

if TYPE_CHECKING:
    from app.filings.definitions.services import LoadReport


def register_commands(app: Flask) -> None:
    """Attach the commands to the app."""
    from app.jobs import run_job_command, worker_command

    app.cli.add_command(sync_roles_command)
    app.cli.add_command(create_admin_command)
    app.cli.add_command(send_mail_command)
    app.cli.add_command(load_catalogue_command)
    app.cli.add_command(load_regions_command)
    app.cli.add_command(generate_periods_command)
    app.cli.add_command(rebuild_facts_command)
    app.cli.add_command(worker_command)
    app.cli.add_command(run_job_command)
    app.cli.add_command(rebuild_search_command)
    app.cli.add_command(remove_unused_pictures_command)
    app.cli.add_command(rotate_keys_command)
    if not app.config["PRODUCTION"]:
        app.cli.add_command(demo_command)


@click.command("sync-roles")
def sync_roles_command() -> None:
    """Make roles and permissions in the database equal to the roles table in code."""
    from app.accounts.services import sync_roles
    from app.core.db import commits

    changes = commits(sync_roles)()
    click.echo(f"roles synchronised: {changes} changes")


@click.command("create-admin")
@click.option("--name", prompt="User name")
@click.option("--role", prompt="Role", default="SystemAdministrator", show_default=True)
@click.password_option()
def create_admin_command(name: str, role: str, password: str) -> None:
    """Create a member of staff, for the first log-in on a new installation."""
    from app.accounts.staff import create_staff
    from app.core import clock
    from app.core.db import commits
    from app.core.errors import DomainError
    from app.core.scope import SYSTEM, scoped

    values = {"username": name, "display_name": name, "email": f"{name}@localhost.invalid"}
    try:
        with scoped(SYSTEM):
            account = commits(create_staff)(
                values, password=password, roles=[role], actor=None, now=clock.now()
            )
    except DomainError as problem:
        raise click.ClickException(str(problem.message)) from problem
    click.echo(f"account {account.username} created with role {role}")


@click.command("send-mail")
def send_mail_command() -> None:
    """Send the e-mail that is due; run it every minute."""
    from app.core import clock
    from app.core.scope import SYSTEM, scoped
    from app.messages.services import send_due_mail

    with scoped(SYSTEM):
        sent, failed = send_due_mail(clock.now())
    click.echo(f"mail: {sent} sent, {failed} failed")


@click.command("rebuild-search")
def rebuild_search_command() -> None:
    """Make the index of the announcements' search anew from their texts."""
    from app.core.db import commits
    from app.portal.search_rebuild import rebuild

    click.echo(f"search: {commits(rebuild)()} announcements")


@click.command("remove-unused-pictures")
def remove_unused_pictures_command() -> None:
    """Forget pictures that were uploaded for a text and left out of it; run it every day."""
    from app.core import clock
    from app.core.db import commits
    from app.core.scope import SYSTEM, scoped
    from app.portal.media import remove_unused_pictures

    with scoped(SYSTEM):
        click.echo(f"pictures: {commits(remove_unused_pictures)(clock.now())} removed")


@click.command("load-regions")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another province."
)
def load_regions_command(path: Path | None) -> None:
    """Bring administrative divisions into the database: new ones are added, changed names corrected."""
    from app.core.db import commits
    from app.institutions.regions import REGIONS_FILE, RegionProblem, load_regions

    try:
        changes = commits(load_regions)(path or REGIONS_FILE)
    except RegionProblem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"regions: {changes} changes")


@click.command("load-catalogue")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another catalogue."
)
@click.option(
    "--effective-from", type=click.DateTime(["%Y-%m-%d"]), help="First day changed forms are in force."
)
@click.option("--dry-run", is_flag=True, help="Only tell what would change; store nothing.")
def load_catalogue_command(path: Path | None, effective_from: datetime | None, dry_run: bool) -> None:
    """Bring regions and form definitions into the database, and tell what changed."""
    from app.core import clock
    from app.core.db import commits, db
    from app.filings.definitions.catalogue import CatalogueError
    from app.filings.definitions.services import load_into_database
    from app.inspections.defaults import load_checklist
    from app.institutions.admission.plans import load_modes
    from app.institutions.regions import load_regions
    from app.portal.seed import load_pages

    day = effective_from.date() if effective_from else None
    try:
        if dry_run:
            report = load_into_database(clock.now(), path, day)
            db.session.rollback()
        else:
            report = commits(load_into_database)(clock.now(), path, day)
            click.echo(f"regions: {commits(load_regions)()} changes")
            click.echo(f"procedures for changes: {commits(load_modes)()} new")
            click.echo(f"pages of the portal: {commits(load_pages)(clock.now())} new")
            click.echo(f"documents usually asked for in inspections: {commits(load_checklist)()} new")
    except CatalogueError as error:
        raise click.ClickException("\n".join(error.problems)) from error
    for line in _told(report):
        click.echo(line)
    if dry_run:
        click.echo("nothing was stored (--dry-run)")


def _told(report: LoadReport) -> Iterator[str]:
    """A load, line by line: totals, and under each changed form what changed."""
    yield f"forms: {len(report.added)} new, {len(report.changed)} changed, {len(report.same)} unchanged"
    for code in report.changed:
        yield f"  changed: {code}"
        yield from (f"    {line}" for line in report.differences.get(code, ()))
    for code in report.gone:
        yield f"  no longer in the catalogue: {code}; filings made with it keep it"
    yield f"indicators: {len(report.indicators)} new or changed"
    for code in report.indicators:
        yield from (f"  {code} {line}" for line in report.differences.get(code, ()))
    yield f"report sets: {len(report.sets)} new"
    yield from (f"  {line}" for line in report.members)


@click.command("generate-periods")
@click.argument("year", type=click.IntRange(2000, 2100))
def generate_periods_command(year: int) -> None:
    """Create the reporting periods that end in YEAR, where they are missing."""
    from app.core.db import commits
    from app.filings.calendar.services import generate_periods

    created = commits(generate_periods)(year)
    click.echo(f"periods: {len(created)} created")


@click.command("rebuild-facts")
def rebuild_facts_command() -> None:
    """Make the table of facts anew from the versions in force; it can be repeated at any time."""
    from app.core.db import commits
    from app.core.scope import SYSTEM, scoped
    from app.filings.submissions.facts import rebuild

    with scoped(SYSTEM):
        filings, facts = commits(rebuild)()
    click.echo(f"facts: {facts} of {filings} filings")


@click.command("rotate-keys")
def rotate_keys_command() -> None:
    """Encrypt under the first key of DATA_KEY whatever lies under another; begin again if it was interrupted."""
    from app.accounts.second_factor import reseal_secrets
    from app.core.db import commits
    from app.core.personal_rows import rotate_column, sealed_places
    from app.core.scope import SYSTEM, scoped

    total = 0
    for place in sealed_places():
        number = rotate_column(place)
        total += number
        if number:
            click.echo(f"{place.name}: {number}")
    with scoped(SYSTEM):
        total += commits(reseal_secrets)()
    click.echo(f"keys: {total} values encrypted anew")


@click.command("demo")
def demo_command() -> None:
    """Fill an empty platform with the demonstration; changes nothing where there are data already."""
    from app.demo.command import fill_once

    click.echo(fill_once())
