"""Write a dossier: one folder that stands by itself, is a BagIt bag, and proves what it holds."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.errors import Conflict
from app.formats import bag, dossier, dossier_pdf, plaintext, webvtt
from app.formats.dossier import Dossier
from app.plain import plain
from app.services import dossier_clips, dossier_trail, dossiering, evidence_files

Tell = Callable[[int, int], None]  # how many steps are done, of how many
READ_ME = """{title}

Made by {archive} on {day} for this audience: {audience}.

Open data/index.html in a browser, or data/dossier.pdf. Clips and transcripts lie beside them.
python3 verify.py checks, offline and without the archive, that all of it is as it was made.
This folder is a BagIt bag (RFC 8493).
"""


def write(
    made: Dossier,
    to: Path,
    *,
    language: str = "en",
    before: Mapping[str, Any] | None = None,
    tell: Tell = lambda done, total: None,
) -> str:
    """Write a dossier into a folder, in the place of an earlier one, of which it then says what changed.

    ``before``: the index of an earlier dossier that lies elsewhere (``data/dossier.json``). Returns the
    SHA-256 that stands for all of it. Raises Conflict where something else lies in the folder, or a dossier
    that cannot be compared with this one.
    """
    before = before or earlier(to)
    if before and any(before[name] != getattr(made, name) for name in ("kind", "identifier", "audience")):
        raise Conflict(
            f"The dossier in {to} is of something else, or for another audience; nothing was changed. "
            "What was left out would be counted as gone."
        )
    part = to.with_name(f".{to.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / "data" / "transcripts").mkdir(parents=True)
        seal = _fill(made, part, language, before, tell)
        _put(part, to)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return seal


def earlier(folder: Path) -> dict[str, Any] | None:
    """The index of the dossier that lies in a folder, None where there is none. Raises Conflict."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        found = json.loads((folder / "data" / "dossier.json").read_text("utf-8"))["index"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Conflict(f"There is something in {folder} that is no dossier; nothing was changed.") from None
    return dict(found)


def _put(part: Path, to: Path) -> None:
    old = to.with_name(f".{to.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if to.exists():
        to.rename(old)
    part.rename(to)
    shutil.rmtree(old, ignore_errors=True)


def _fill(made: Dossier, folder: Path, language: str, before: Mapping[str, Any] | None, tell: Tell) -> str:
    data, total = folder / "data", len(made.passages) + len(made.testimonies) + 3
    clips = dossier_clips.cut(made, data, lambda done: tell(done, total))
    trail = dossier_trail.entries(
        made.audience, [r.identifier for r in made.testimonies], [e.ref for e, _ in made.evidence]
    )
    made = replace(
        made,
        passages=tuple(replace(p, clip=clips.get(p.number, "")) for p in made.passages),
        entries=len(trail),
        changes=dossier.compared(made, before) if before else None,
    )
    for number, record in enumerate(made.testimonies, 1):
        _transcript(record.identifier, record, data / "transcripts")
        tell(len(made.passages) + number, total)
    _text(
        data / "trail.jsonl", "".join(json.dumps(e, sort_keys=True, ensure_ascii=False) + "\n" for e in trail)
    )
    root = dossiering.root()
    for form, (ending, _) in evidence_files.FORMS.items():
        said = evidence_files.dump(form, made.evidence, root, made.address, made.title)
        _text(data / f"evidence.{ending}", said)
    told = {**plain(made), "index": dossier.plain_index(made), "trail_head": dossier_trail.head()}
    _text(data / "dossier.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    _text(data / "index.html", dossier.page(made, language))
    (data / "dossier.pdf").write_bytes(dossier_pdf.page(made, language))
    shutil.copyfile(dossier.ROOT / "templates" / "dossier" / "verify.py", folder / "verify.py")
    day = made.made_at[:10]
    _text(folder / "READ-ME-FIRST.txt", READ_ME.format(**_heading(made), day=day))
    seal = bag.seal(folder, {"Source-Organization": made.archive, "Bagging-Date": day, **_about(made)})
    tell(total, total)
    return seal


def _transcript(identifier: str, record: Any, folder: Path) -> None:
    _text(folder / f"{identifier}.txt", plaintext.dump(record))
    _text(folder / f"{identifier}.json", json.dumps(plain(record), ensure_ascii=False, indent=1) + "\n")
    if any(line.start_ms is not None for line in record.lines):
        _text(folder / f"{identifier}.vtt", webvtt.dump(record.lines, duration_ms=record.duration_ms))


def _heading(made: Dossier) -> dict[str, str]:
    return {"title": made.title, "archive": made.archive, "audience": made.audience.replace("_", " ")}


def _about(made: Dossier) -> dict[str, str]:
    return {
        "External-Description": f"{made.kind}: {made.title}",
        "External-Identifier": made.address,
        "Bag-Software-Agent": "Testimony Archive",
    }


def _text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
