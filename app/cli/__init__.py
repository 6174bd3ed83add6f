"""The archive from a terminal: the ``archive`` command."""

import os
import sys

import click

import config
from app.cli import (
    collections,
    demonstration,
    dossiers,
    evidence,
    holdings,
    media,
    serving,
    trail,
    transcripts,
    users,
    vocabularies,
)
from app.errors import ArchiveError


@click.group()
@click.pass_context
def cli(context: click.Context) -> None:
    """A self-hosted archive of oral history and testimony.

    ARCHIVE_HOME names the folder that holds the database, the media and the indexes.
    """
    context.obj = config.from_environment()


for command in (
    *serving.COMMANDS,
    *collections.COMMANDS,
    *holdings.COMMANDS,
    *users.COMMANDS,
    *vocabularies.COMMANDS,
    *demonstration.COMMANDS,
    *media.COMMANDS,
    *trail.COMMANDS,
    *evidence.COMMANDS,
    *dossiers.COMMANDS,
    *transcripts.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; what the archive refuses is one sentence, never a trace."""
    os.umask(0o077)  # what an archive writes is for its own user alone
    try:
        cli()
    except ArchiveError as refusal:
        click.echo(f"archive: {refusal}", err=True)
        sys.exit(1)
