"""Accounts from the command line."""

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.models import Role
from app.services import accounts


@click.group()
def user() -> None:
    """Who may sign in, and as what."""


@user.command()
@click.argument("email")
@click.option(
    "--role", default=Role.ARCHIVIST.value, type=click.Choice([r.value for r in Role]), show_default=True
)
@click.option("--name", default="", help="How the trail names them.")
@click.password_option(help="Asked for when not given.")
@with_archive
def add(archive: Archive, email: str, role: str, name: str, password: str) -> None:
    """Make an account for EMAIL."""
    with archive.writing():
        accounts.add(email, role, password, OPERATOR, name=name)
    click.echo(f"{email} may sign in as {role.replace('_', ' ')}.")


COMMANDS = (user,)
