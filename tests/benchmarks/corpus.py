"""Reads the bench corpora as documents of the search engine, as the archive would make them."""

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.search.base import Document, Utterance
from app.search.passages import divide

BENCH = ("warren", "wpa_slave_narratives", "fwp_life_histories", "pohi")


def shared() -> Path | None:
    """The folder of shared material: ``$ARCHIVE_SHARED``, or ``../shared`` beside the repository."""
    folder = Path(os.environ.get("ARCHIVE_SHARED") or Path(__file__).parents[2].parent / "shared")
    return folder if (folder / "corpora").is_dir() else None


def records(name: str) -> Iterator[dict[str, Any]]:
    """The testimonies of one corpus file."""
    folder = shared()
    assert folder is not None
    with gzip.open(folder / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _names(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]{3,}", text.lower()) if word not in ("the", "mrs", "miss")}


def questioners(record: dict[str, Any]) -> set[str]:
    """Who asks: everybody named, once the testimony's own witness speaks under a like name."""
    witness = _names(record.get("witness") or "")
    speakers = {segment["speaker"] for segment in record["segments"] if segment["speaker"]}
    own = {speaker for speaker in speakers if _names(speaker) & witness or speaker == "The WITNESS"}
    return speakers - own if own else set()


def documents(record: dict[str, Any], enough: int = 30, most: int = 90, pair: bool = True) -> list[Document]:
    """The passages of one testimony."""
    asks = questioners(record)
    segments = record["segments"]
    asking = [segment["speaker"] in asks for segment in segments]
    lengths = [len(segment["text"].split()) for segment in segments]
    made: list[Document] = []
    facets = {
        "collection": (record.get("collection") or "",),
        "place": (record.get("place") or "",),
        "language": (record.get("language") or "",),
        "year": ((record.get("date") or "")[:4],),
    }
    facets = {name: values for name, values in facets.items() if values[0]}
    for number, (first, last) in enumerate(divide(lengths, asking if pair else (), enough=enough, most=most)):
        spoken = tuple(
            Utterance(
                segment["text"], record.get("language") or "", segment["speaker"], segment["speaker"] in asks
            )
            for segment in segments[first : last + 1]
        )
        speakers = tuple({utterance.speaker: 0 for utterance in spoken if utterance.speaker})
        own = {**facets, "speaker": speakers}
        made.append(Document(record["id"], number, first, last, spoken, own, record["date"] or ""))
    return made
