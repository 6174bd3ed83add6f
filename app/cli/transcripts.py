"""Transcripts from files and from a machine: attach, transcribe."""

from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.services import linking, recognising, supplying
from app.timecode import format_ms

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(path_type=Path)


@click.command("attach-transcript")
@click.argument("testimony")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="Where it is from, for archivists.")
@with_archive
def attach_transcript(archive: Archive, testimony: str, file: Path, note: str) -> None:
    """Attach the transcript in FILE (WebVTT, SRT, OHMS, Whisper JSON, DOCX, ODT, plain text) to TESTIMONY."""
    with archive.writing():
        saved = supplying.attach(testimony, file.read_bytes(), file.name, OPERATOR, note=note)
    _say(saved)


@click.command()
@click.argument("testimony")
@click.option("--model", required=True, type=FOLDER, help="The folder of a CTranslate2 Whisper model.")
@click.option("--language", default="", help="What is spoken (en, az, hy, ...); heard by itself if left out.")
@with_archive
def transcribe(archive: Archive, testimony: str, model: Path, language: str) -> None:
    """Have a machine write down what is said in TESTIMONY; its words stay marked until they are checked."""
    engine = recognising.opened(model)
    with archive.reading():
        key = recognising.recording(testimony)
    with archive.store.open(key) as stream:
        found = recognising.heard(engine, stream, language, _progress)
    click.echo(err=True)
    note = f"faster-whisper, {model.resolve().name}"
    with archive.writing():
        held = linking.find(testimony)
        saved = supplying.keep(held, found.lines, OPERATOR, language=found.language, note=note)
    _say(saved)


def _progress(done: int, of: int) -> None:
    click.echo(f"\rheard {format_ms(min(done, of))} of {format_ms(of)}", nl=False, err=True)


def _say(saved: int | None) -> None:
    click.echo(f"Saved as revision {saved}." if saved else "Nothing differs; no new revision was made.")


COMMANDS = (attach_transcript, transcribe)
