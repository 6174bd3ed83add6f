"""Accounts from the command line."""

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.models import Role
from app.services import accounts, inviting, managing, signing_in

ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Who may sign in, and as what."""


@user.command()
@click.argument("email")
@click.option("--role", default=Role.ARCHIVIST.value, type=ROLES, show_default=True)
@click.option("--name", default="", help="How the trail names them.")
@click.password_option(help="Asked for when not given.")
@with_archive
def add(archive: Archive, email: str, role: str, name: str, password: str) -> None:
    """Make an account for EMAIL."""
    with archive.writing():
        accounts.add(email, role, password, OPERATOR, name=name)
    click.echo(f"{email} may sign in as {role.replace('_', ' ')}.")


@user.command()
@click.argument("email")
@click.option("--role", default=Role.ARCHIVIST.value, type=ROLES, show_default=True)
@click.option("--name", default="", help="How the trail names them.")
@with_archive
def invite(archive: Archive, email: str, role: str, name: str) -> None:
    """Print a link by which EMAIL may choose a password. Hand it over yourself."""
    with archive.writing():
        word = inviting.invite(email, name, role, OPERATOR)
    _show(archive, word)


@user.command("list")
@with_archive
def listing(archive: Archive) -> None:
    """List the accounts: address, role, second step, browsers signed in."""
    with archive.reading():
        secured, sessions = managing.with_second_factor(), signing_in.counts()
        page, left = 1, 1
        while left > 0:
            people, total = managing.listed(OPERATOR, page)
            for one in people:
                state = "second step" if one.id in secured else "password only"
                signed = f"signed in in {sessions.get(one.id, 0)}"
                told = (one.email, one.role.value, state, signed) if one.is_active else (one.email, "closed")
                click.echo("\t".join(told))
            left, page = total - page * managing.PAGE, page + 1


@user.command()
@click.argument("email")
@click.option("--second-step", is_flag=True, help="They have lost their second step, too: remove it.")
@with_archive
def reset(archive: Archive, email: str, second_step: bool) -> None:
    """Print a link by which EMAIL may choose another password."""
    with archive.writing():
        word = inviting.reset(managing.by_email(email), OPERATOR, frees=second_step)
    _show(archive, word)


@user.command()
@click.argument("email")
@with_archive
def deactivate(archive: Archive, email: str) -> None:
    """Close the account of EMAIL, and sign it out everywhere. Nothing is deleted."""
    with archive.writing():
        managing.deactivate(managing.by_email(email).identifier, OPERATOR)
    click.echo(f"{email} may not sign in any more.")


def _show(archive: Archive, word: str) -> None:
    click.echo(f"{archive.settings.base_url}/join/{word}")
    click.echo("It opens once, for a week, and cannot be shown again.", err=True)


COMMANDS = (user,)
