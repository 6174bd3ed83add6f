"""Recordings, pictures and papers: attach them, see that they are what they were, have copies made."""

import sys
from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.cli.collections import work_off
from app.errors import ArchiveError
from app.jobs.media import prove
from app.models import Found
from app.services import attaching, proving

EVERY = 10**9  # files: no limit


@click.command()
@click.argument("testimony")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--caption", default="", help="What readers are told it is.")
@click.option("--sealed", is_flag=True, help="For archivists alone, until one of them gives it to readers.")
@with_archive
def attach(archive: Archive, testimony: str, files: tuple[Path, ...], caption: str, sealed: bool) -> None:
    """Seal FILES with a TESTIMONY and make the copies that are heard and seen of them."""
    clean = True
    for path in files:
        try:
            with archive.reading():
                found = attaching.take(path)
            with archive.writing():
                attaching.attach(testimony, path, found, OPERATOR, caption=caption, is_open=not sealed)
        except ArchiveError as refusal:
            clean = False
            click.echo(f"{path.name}: {refusal}", err=True)
        else:
            click.echo(f"{path.name}: {found[0].mimetype}, sealed as {found[1].sha256}")
    work_off(archive)
    if not clean:
        sys.exit(1)


@click.command()
@click.option("--all", "all_of_them", is_flag=True, help="Every file, not only those that are due.")
@with_archive
def fixity(archive: Archive, all_of_them: bool) -> None:
    """Hold files against their hashes on every shelf; repair what can be. Fails when something is lost."""
    with archive.reading():
        waiting = proving.due(EVERY, all_of_them=all_of_them)
    counts = dict.fromkeys(Found, 0)
    with click.progressbar(waiting, label="Reading", file=sys.stderr) as bar:
        for key, is_copy in bar:
            proof = prove(archive, key, is_copy)
            for _, found in proof.found:
                counts[found] += 1
            if proof.is_mended or proof.is_lost:
                words = ", ".join(f"{shelf} {found}" for shelf, found in proof.found)
                click.echo(f"{key}: {words}")
    said = ", ".join(f"{count:,} {found}" for found, count in counts.items() if count) or "nothing was due"
    click.echo(f"{len(waiting):,} files read: {said}.")
    with archive.reading():
        lost = proving.lost()
    if lost:
        click.echo(f"LOST: {len(lost):,} files are damaged or missing wherever they stood.", err=True)
        sys.exit(1)


COMMANDS = (attach, fixity)
