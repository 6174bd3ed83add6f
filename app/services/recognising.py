"""Words written down by a machine: faster-whisper with a model that lies on this computer.

Nothing is fetched: without the extra ``[whisper]``, or without a model at the path, it says so.
"""

from pathlib import Path

from sqlalchemy import case, select

from app.db import session
from app.errors import Invalid
from app.formats.whisper import MACHINE
from app.models import MediaFile
from app.records import Line
from app.services import linking
from app.storage import store

MISSING = "Speech recognition is not installed: install testimony-archive[whisper]."
NO_RECORDING = "This testimony has no copy of a recording to listen to yet."


def heard(testimony_id: str, model: Path, language: str = "") -> tuple[list[Line], str]:
    """What a model hears in the first recording of a testimony, as lines that are marked, and its language.

    It listens to the plain access copy, which is ours; of voice activity it is told by Silero, which
    faster-whisper brings along. Raises NotFound, and Invalid when there is nothing to listen to or with.
    """
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise Invalid(MISSING) from None
    if not (model / "model.bin").is_file():
        raise Invalid(f"There is no model at {model}: a folder with model.bin, as CTranslate2 converts it.")
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
    engine = WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True)
    with store().open(key) as stream:
        segments, told = engine.transcribe(
            stream, language=language or None, vad_filter=True, condition_on_previous_text=False
        )
        lines = [
            Line(n, s.text.strip(), "", round(s.start * 1000), round(s.end * 1000), machine=MACHINE)
            for n, s in enumerate(segments)
        ]
    return lines, language or told.language
