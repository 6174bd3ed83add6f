"""Dossiers from a terminal: a folder that stands by itself, and says what changed since it was made last."""

from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.cli.evidence import AUDIENCES
from app.formats import bag
from app.services import dossier_files, dossiering, evidencing, making_dossiers


@click.command()
@click.argument("kind", type=click.Choice(list(evidencing.KINDS)))
@click.argument("identifier")
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option("--audience", type=AUDIENCES, default="public", show_default=True)
@click.option("--language", default="en", show_default=True, help="What headings are written in.")
@click.option("--zip", "packed", is_flag=True, help="Write FOLDER.zip beside it as well.")
@with_archive
def dossier(
    archive: Archive, kind: str, identifier: str, folder: Path, audience: str, language: str, packed: bool
) -> None:
    """Write the dossier of a claim, question, event or source, as its audience may see it.

    Where FOLDER holds an earlier dossier, the new one takes its place and says what changed since.
    """
    folder = folder.resolve()
    with archive.reading():
        made = dossiering.of(kind, identifier, audience)
        with click.progressbar(length=100, label=folder.name) as bar:
            seal = dossier_files.write(
                made,
                folder,
                language=language,
                tell=lambda done, total: bar.update(done * 100 // total - bar.pos),
            )
    with archive.writing():
        making_dossiers.note(made, seal, OPERATOR)
    if packed:
        bag.pack(folder, folder.with_name(f"{folder.name}.zip"))
    click.echo(f"{len(made.passages):,} passages of {len(made.testimonies):,} testimonies in {folder}.")
    click.echo(f"Sum of this dossier: {seal}")


COMMANDS = (dossier,)
