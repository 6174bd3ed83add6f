"""Working with what is held: search, publish, link, unlink, withhold, access."""

import json
from datetime import UTC, datetime

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.models import Audience
from app.pages import Answer
from app.services import linking, publishing, redacting, searching
from app.timecode import short

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the same as GET /api/v1/search.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--audience", default="public", show_default=True, type=click.Choice([a.value for a in Audience])
)
@with_archive
def search(archive: Archive, words: tuple[str, ...], as_json: bool, limit: int, audience: str) -> None:
    """Find WORDS in what an audience may read."""
    with archive.reading():
        answer = searching.ask(" ".join(words), audience, limit=limit)
    if as_json:
        click.echo(json.dumps(searching.as_json(answer), ensure_ascii=False, indent=1))
    else:
        _print(answer)


def _print(answer: Answer) -> None:
    for found in answer.results:
        click.secho(f"{found.testimony.title}  [{found.testimony.identifier}]", bold=True)
        for hit in found.passages:
            time = f"{short(hit.start_ms)} " if hit.start_ms is not None else ""
            speaker = f"{hit.speaker}: " if hit.speaker else ""
            machine = " (a machine wrote this; nobody has checked it)" if hit.machine else ""
            words = "".join(
                click.style(piece.text, underline=True) if piece.marked else piece.text
                for piece in hit.fragments
            )
            click.echo(f"  {time}line {hit.line}  {speaker}{words}{machine}")
    for word, forms in answer.also.items():
        click.echo(f"{word} was also searched as {', '.join(forms)}.")
    if answer.suggestion:
        click.echo(f"Nothing was found. Did you mean: {answer.suggestion}")
    if answer.message:
        click.echo(answer.message)
    click.echo(f"{answer.total:,} passages in {answer.testimonies:,} testimonies.")


@click.command()
@click.argument("testimonies", nargs=-1, required=True)
@with_archive
def publish(archive: Archive, testimonies: tuple[str, ...]) -> None:
    """Let readers read TESTIMONIES, as far as their access level and embargo allow."""
    with archive.writing():
        for identifier in testimonies:
            publishing.open_to_readers(linking.find(identifier), OPERATOR)


@click.command()
@click.argument("testimony")
@click.argument("first", type=int)
@click.argument("last", type=int)
@click.argument("claim")
@click.argument("stance", type=click.Choice(["supports", "contradicts", "qualifies"]))
@click.argument("basis", type=click.Choice(["saw", "heard_from", "inferred", "document"]))
@click.option("--note", default="")
@click.option("--heard-from", default="", help="From whom, where the basis is hearsay.")
@with_archive
def link(
    archive: Archive,
    testimony: str,
    first: int,
    last: int,
    claim: str,
    stance: str,
    basis: str,
    note: str,
    heard_from: str,
) -> None:
    """Say that lines FIRST to LAST (counted from 0) of TESTIMONY bear on CLAIM."""
    with archive.writing():
        evidence = linking.link(
            testimony, first, last, claim, stance, basis, OPERATOR, note=note, heard_from=heard_from
        )
        identifier = evidence.identifier
    click.echo(identifier)


@click.command()
@click.argument("evidence")
@with_archive
def unlink(archive: Archive, evidence: str) -> None:
    """Undo a link between a passage and a claim."""
    with archive.writing():
        linking.unlink(evidence, OPERATOR)


@click.command()
@click.argument("testimony")
@click.argument("first", type=int)
@click.argument("last", type=int)
@click.argument("reason", type=click.Choice(["third_party", "danger", "consent", "law"]))
@click.option("--until", type=DAY, help="The day it may be read again; for good when not given.")
@click.option("--note", default="", help="For archivists only.")
@with_archive
def withhold(
    archive: Archive, testimony: str, first: int, last: int, reason: str, until: datetime | None, note: str
) -> None:
    """Keep lines FIRST to LAST of TESTIMONY from readers. The original is not touched."""
    with archive.writing():
        redacting.redact(testimony, first, last, reason, OPERATOR, until=_utc(until), note=note)


@click.command()
@click.argument("testimony")
@click.argument("level", type=click.Choice(["public", "reading_room", "restricted", "closed"]))
@click.option("--embargo", type=DAY, help="Nobody but archivists reads it before this day.")
@with_archive
def access(archive: Archive, testimony: str, level: str, embargo: datetime | None) -> None:
    """Say who may read TESTIMONY, and from when."""
    with archive.writing():
        redacting.set_access(testimony, level, OPERATOR, embargo_until=_utc(embargo))


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


COMMANDS = (search, publish, link, unlink, withhold, access)
