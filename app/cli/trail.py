"""The trail from the command line: hold it against itself, and keep its head elsewhere."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import with_archive
from app.db import session
from app.services import anchoring, verifying


@click.group()
def trail() -> None:
    """What was done, by whom and when."""


@trail.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Hold the trail against a head written earlier by `archive trail head`.",
)
@with_archive
def verify(archive: Archive, heads: tuple[Path, ...]) -> None:
    """Say whether every entry follows from the ones before it. The exit status says so, too."""
    with archive.reading():
        found = verifying.verify(*heads)
    if found.fault:
        click.echo(found.fault.sentence)
        sys.exit(1)
    click.echo(f"{found.entries:,} entries: each follows from the ones before it.")


@trail.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@with_archive
def head(archive: Archive, output: Path | None) -> None:
    """The last entry's number and chain value: keep it elsewhere, and no one can cut the trail unnoticed."""
    with archive.reading():
        found = anchoring.of(session())
    if found is None:
        click.echo("The trail is empty.", err=True)
        sys.exit(1)
    if output:
        anchoring.write(found, output)
    else:
        click.echo(json.dumps(asdict(found)))


COMMANDS = (trail,)
