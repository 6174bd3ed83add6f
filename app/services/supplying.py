"""A transcript from elsewhere or from a machine: the first of a testimony, or a new revision of it."""

import io
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from app import formats
from app.derivatives import confined
from app.errors import Invalid
from app.models import Testimony, Transcript, TranscriptKind
from app.policy import Action, Actor, require
from app.records import Line, Record
from app.services import auditing, linking, publishing, revisions, silencing, transcribing, voices
from app.services.revisions import Edited

LARGEST = 16 * 2**20  # bytes of a file
# A file of transcripts that can be attached; jsonl and registers hold other things besides.
KINDS = ("webvtt", "srt", "ohms", "whisper", "plaintext")
_PARCELS = (b"PK\x03\x04",)  # DOCX and ODT
_SAID = confined.Limits(words=LARGEST)


def attach(testimony_id: str, data: bytes, name: str, actor: Actor, *, note: str = "") -> int | None:
    """Attach the transcript in a file; returns the number of its revision, or None when nothing differs.

    Passages, marks and withholdings follow the words they stand on. Words of a machine are marked, and
    those it wrote where nothing is heard are told apart. Raises NotFound, and Invalid for the file.
    """
    require(actor, Action.TRANSCRIBE)
    testimony = linking.find(testimony_id)
    if not name:
        raise Invalid("Choose a file first.")
    record = read(data, name)
    return keep(testimony, record.lines, actor, language=record.language, note=note)


def keep(
    testimony: Testimony, lines: Sequence[Line], actor: Actor, *, language: str = "", note: str = ""
) -> int | None:
    """Keep lines as the first transcript of a testimony, or as a new revision of its original."""
    require(actor, Action.TRANSCRIBE)
    revisions.locked(testimony)
    lines = voices.told_apart(testimony, lines)
    made = [Edited((), x.text, x.speaker, x.start_ms, x.end_ms, x.unclear, x.machine) for x in lines]
    held = revisions.original(testimony)
    if held is None:
        return _first(testimony, made, actor, language, note)
    before = revisions.lines(held)
    kept = {
        number
        for passage, _ in silencing.in_force(testimony)
        if passage.transcript_id == held.id
        for number in range(passage.first or 0, (passage.last or 0) + 1)
    }
    made = followed(before, made, kept)
    if [line.said for line in made] == [line.said for line in before]:
        return None
    lineage = [list(line.came_from) for line in made]
    return transcribing.keep(held, before, made, lineage, actor, note=note, action="transcript.attach")


def read(data: bytes, name: str) -> Record:
    """The one transcript a file holds. Raises Invalid for what is none."""
    if len(data) > LARGEST:
        raise Invalid("This file is too large for a transcript.")
    if data.startswith(_PARCELS):
        data, name = _words(data), f"{name}.txt"
    kind = formats.detect(name, data[: formats.HEAD])
    if kind not in KINDS:
        raise Invalid("This file holds no single transcript. Import it instead.")
    found = [entry.what for entry in formats.LOADERS[kind](io.BytesIO(data), name)]
    wrong = next((one for one in found if isinstance(one, Invalid)), None)
    if wrong:
        raise wrong
    records = [one for one in found if isinstance(one, Record) and one.lines]
    if len(records) != 1:
        raise Invalid("This file holds no single transcript. Import it instead.")
    return records[0]


def _words(data: bytes) -> bytes:
    """The words of a document (DOCX, ODT), read in the confined child. Raises Invalid."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            answer = confined.work("app.derivatives.words", "say", file, _SAID)
    except confined.Failed:
        answer = {}
    text = answer.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Invalid("No words could be read in this document. Save it as DOCX, ODT or plain text.")
    return text.encode()


def _first(testimony: Testimony, made: Sequence[Edited], actor: Actor, language: str, note: str) -> int:
    transcript = Transcript(
        testimony=testimony,
        kind=TranscriptKind.ORIGINAL,
        language=testimony.language or language,
        note="",
        made_by=actor.identifier or actor.name or "command line",
    )
    testimony.language = testimony.language or language
    revisions.begin(transcript, made)
    ends = [line.end_ms for line in made if line.end_ms is not None]
    heard = [m.duration_ms for m in testimony.media if m.duration_ms]
    testimony.duration_ms = testimony.duration_ms or max(heard or ends, default=None)
    auditing.note(
        actor,
        "transcript.attach",
        f"transcript:{testimony.identifier}",
        testimony=testimony.identifier,
        language=transcript.language,
        kind=transcript.kind.value,
        before=0,
        after=1,
        note=note.strip()[:500],
    )
    publishing.publish(testimony)
    return 1


def followed(before: Sequence[Edited], made: Sequence[Edited], kept: Collection[int] = ()) -> list[Edited]:
    """The new lines, each with the old lines whose words it says, in order; a time that it lacks is theirs.

    Words are matched as in a comparison of two texts (Ratcliff and Obershelp, 1988), so that nothing
    goes backwards; an old line counts when half of the shorter of the two is common to both. Of the old
    lines in ``kept``, which are withheld, also what is said at their time or in their place counts,
    in whatever words: a machine hears a withheld name and spells it in its own way.
    """
    old, new = ([(w, n) for n, line in enumerate(side) for w in _said(line)] for side in (before, made))
    common: dict[tuple[int, int], int] = {}
    for block in SequenceMatcher(None, [w for w, _ in old], [w for w, _ in new]).get_matching_blocks():
        for step in range(block.size):
            pair = (new[block.b + step][1], old[block.a + step][1])
            common[pair] = common.get(pair, 0) + 1
    found = [_from(line, number, before, common) for number, line in enumerate(made)]
    return _reached(before, found, kept) if kept else found


def _reached(before: Sequence[Edited], made: Sequence[Edited], kept: Collection[int]) -> list[Edited]:
    """The new lines, those that may say a withheld old one being of it as well."""
    first, reached = 0, []
    for number, line in enumerate(made):
        last = next((one.came_from[0] for one in made[number:] if one.came_from), len(before) - 1)
        # Where both have times these tell it; else all that stands between what its neighbours said before.
        said = {
            n for n in kept if _at_once(before[n], line, inside=not line.came_from and first <= n <= last)
        }
        first = max([first, *line.came_from])
        reached.append(replace(line, came_from=tuple(sorted({*line.came_from, *said}))))
    return reached


def _at_once(old: Edited, new: Edited, *, inside: bool) -> bool:
    """Whether two lines are spoken at the same time; ``inside`` where either has none."""
    if None in (old.start_ms, old.end_ms, new.start_ms, new.end_ms):
        return inside
    return bool(old.start_ms < new.end_ms and new.start_ms < old.end_ms)  # type: ignore[operator]


def _from(line: Edited, number: int, before: Sequence[Edited], common: dict[tuple[int, int], int]) -> Edited:
    words = len(_said(line))
    came = tuple(
        sorted(
            old
            for (new, old), count in common.items()
            if new == number and 2 * count >= min(words, len(_said(before[old])))
        )
    )
    known = before[came[0]] if len(came) == 1 else None
    if known and line.start_ms is None and _said(known) == _said(line):
        line = replace(line, start_ms=known.start_ms, end_ms=known.end_ms)
    return replace(line, came_from=came)


def _said(line: Edited) -> list[str]:
    return line.text.casefold().split()
