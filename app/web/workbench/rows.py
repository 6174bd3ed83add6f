"""The rows of a transcript as a form shows them, and as it sends them back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from app import timecode
from app.errors import Invalid
from app.services.reconciling import Choices
from app.services.revisions import Edited

CHOICE = "choice-"  # before the key of a difference
UNCHECKED = "unchecked"  # a machine's words that nobody has checked
FIELDS = ("row", "from", "text", "speaker", "start", "end")


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is typed: ``key`` names it within the form, ``came`` are its lines as read."""

    key: str
    came: str
    text: str = ""
    speaker: str = ""
    start: str = ""
    end: str = ""
    unclear: bool = False
    join: bool = False
    remove: bool = False
    machine: bool = False
    number: str = ""


def of_lines(lines: Sequence[Edited], first: int) -> list[Row]:
    """The rows of lines as they stand."""
    return [
        Row(
            key=str(number),
            came=str(number),
            text=line.text,
            speaker=line.speaker,
            start="" if line.start_ms is None else timecode.format_ms(line.start_ms),
            end="" if line.end_ms is None else timecode.format_ms(line.end_ms),
            unclear=line.is_unclear,
            machine=bool(line.machine),
            number=str(number),
        )
        for number, line in enumerate(lines, first)
    ]


def as_typed(form: MultiDict[str, str]) -> list[Row]:
    """The rows as they were sent. Raises Invalid when they are not whole."""
    columns = [form.getlist(name) for name in FIELDS]
    if len({len(column) for column in columns}) != 1:
        raise Invalid("The form is not whole: some lines lack a field. Nothing was saved.")
    flags = {name: set(form.getlist(name)) for name in ("unclear", "join", "remove", "machine")}
    return [
        Row(
            key,
            came,
            text,
            speaker,
            start,
            end,
            unclear=key in flags["unclear"],
            join=key in flags["join"],
            remove=key in flags["remove"],
            machine=key in flags["machine"],
            number=came.partition(",")[0],
        )
        for key, came, text, speaker, start, end in zip(*columns, strict=True)
    ]


def edited(form: MultiDict[str, str], first: int) -> list[Edited]:
    """What the form says the lines shall be; joined and removed ones are done. Raises Invalid."""
    made: list[Edited] = []
    for row in [*as_typed(form), *_added(form)]:
        if row.remove or not (row.came or row.text.strip()):
            continue
        line = _line(row, first + len(made))
        after = form.get("add_after", "") if row.key == "added" else ""
        if after:
            made.insert(_place(made, after), line)
        elif row.join and not made:
            raise Invalid("The first line of a page cannot be joined with the line before it.")
        elif row.join:
            made[-1] = joined(made[-1], line)
        else:
            made.append(line)
    return made


def choices(form: MultiDict[str, str]) -> Choices | None:
    """What was chosen where two changed the same lines."""
    against = form.get("against", "")
    if not (against.isascii() and against.isdigit() and len(against) < 10):
        return None
    picked = {name.removeprefix(CHOICE): form[name] for name in form if name.startswith(CHOICE)}
    return Choices(int(against), picked)


def joined(one: Edited, other: Edited) -> Edited:
    """Two lines as one."""
    text = " ".join(filter(None, [one.text.strip(), other.text.strip()]))
    return replace(
        one,
        came_from=tuple(sorted({*one.came_from, *other.came_from})),
        text=text,
        start_ms=one.start_ms if one.start_ms is not None else other.start_ms,
        end_ms=other.end_ms if other.end_ms is not None else one.end_ms,
        is_unclear=one.is_unclear or other.is_unclear,
        machine=one.machine or other.machine,
    )


def _added(form: MultiDict[str, str]) -> list[Row]:
    """The line added without script, after the line whose number is given."""
    text, speaker, start, end = (form.get(f"add_{name}", "") for name in ("text", "speaker", "start", "end"))
    return [Row("added", "", text, speaker, start, end)] if text.strip() else []


def _place(made: Sequence[Edited], after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise Invalid("Say by its number after which line the new one stands.")
    places = [
        place for place, line in enumerate(made) if line.came_from and max(line.came_from) <= int(after)
    ]
    return places[-1] + 1 if places else 0


def _line(row: Row, number: int) -> Edited:
    came = row.came.split(",") if row.came else []
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in came):
        raise Invalid("The form is not whole: some lines lack a field. Nothing was saved.")
    return Edited(
        tuple(sorted({int(part) for part in came})),
        row.text,
        row.speaker,
        _time(row.start, number),
        _time(row.end, number),
        row.unclear,
        UNCHECKED if row.machine else "",
    )


def _time(said: str, number: int) -> int | None:
    try:
        return timecode.parse(said) if said.strip() else None
    except ValueError:
        raise Invalid(f"The times of line {number} cannot be read: write them as 00:01:02.500.") from None
