"""Words written down by a machine: faster-whisper with a model that lies on this computer.

Nothing is fetched: without the extra ``[whisper]``, or without a model at the path, it says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import case, select

from app.db import session
from app.errors import Invalid
from app.formats.whisper import MACHINE
from app.models import MediaFile
from app.records import Line
from app.services import linking

MISSING = "Speech recognition is not installed: install testimony-archive[whisper]."
NO_RECORDING = "This testimony has no recording with sound, or its copies are not made yet."
NO_SPEECH = "No speech was heard in this recording. Nothing was saved."
PARTS = ("model.bin", "tokenizer.json")  # without the second faster-whisper would ask another computer for it

Progress = Callable[[int, int], None]  # how much of the recording was heard, of how much, in ms


@dataclass(frozen=True, slots=True)
class Heard:
    """The lines a model wrote down, marked as a machine's; and the language it took them for."""

    lines: tuple[Line, ...]
    language: str


def opened(model: Path) -> Any:
    """The engine with the model in it. Raises Invalid, saying what is missing or amiss."""
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise Invalid(MISSING) from None
    if any(not (model / name).is_file() for name in PARTS):
        raise Invalid(f"There is no model at {model}: a folder with {' and '.join(PARTS)}, for CTranslate2.")
    try:
        return WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True)
    except Exception as error:  # of CTranslate2, tokenizers and json; the last raises a bare Exception
        raise Invalid(f"The model at {model} cannot be read: {error}") from error


def recording(testimony_id: str) -> str:
    """The key of what is listened to: the plain access copy of the first recording, which is ours.

    Raises NotFound, and Invalid when there is nothing to listen to.
    """
    testimony = linking.find(testimony_id)
    key = session().scalar(
        select(MediaFile.key)
        .where(MediaFile.testimony_id == testimony.id, MediaFile.recipe == "")
        .where(MediaFile.variant.in_(("opus", "aac")))
        .order_by(MediaFile.original_id, case((MediaFile.variant == "opus", 0), else_=1))
        .limit(1)
    )
    if key is None:
        raise Invalid(NO_RECORDING)
    return key


def heard(engine: Any, stream: BinaryIO, language: str = "", progress: Progress = lambda *_: None) -> Heard:
    """What a model hears in a recording. It takes as long as that, so no transaction should wait for it.

    Of voice activity the ``engine`` is told by Silero, which faster-whisper brings along. Raises Invalid for
    a language that it does not know, and when no speech is heard.
    """
    if language and language not in engine.supported_languages:
        known = ", ".join(sorted(engine.supported_languages))
        raise Invalid(f"This model does not know the language {language!r}. It knows: {known}.")
    segments, told = engine.transcribe(
        stream, language=language or None, vad_filter=True, condition_on_previous_text=False
    )
    lines: list[Line] = []
    for found in segments:
        start, end, text = round(found.start * 1000), round(found.end * 1000), found.text.strip()
        progress(end, round(told.duration * 1000))
        if text:
            lines.append(Line(len(lines), text, "", start, max(start, end), machine=MACHINE))
    if not lines:
        raise Invalid(NO_SPEECH)
    return Heard(tuple(lines), told.language)
