"""Commands: `flask sync-roles`, `flask create-admin`, `flask load-catalogue`, `flask demo` …"""

from __future__ import annotations

import click
from flask import Flask


def register_commands(app: Flask) -> None:
    """Attach the commands to the app."""
    app.cli.add_command(sync_roles_command)


@click.command("sync-roles")
def sync_roles_command() -> None:
    """Make roles and permissions in the database equal to the roles table in code."""
    from app.accounts.services import sync_roles
    from app.core.db import commits

    changes = commits(sync_roles)()
    click.echo(f"roles synchronised: {changes} changes")
