"""The files of a record as pages show them: the copies of one original together, each picked by its kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.records import MediaRef


@dataclass(slots=True)
class Shown:
    """One thing to hear, see or read, in all the copies there are of it."""

    group: int
    kind: str
    caption: str = ""
    duration_ms: int | None = None
    files: dict[str, MediaRef] = field(default_factory=dict)  # by variant; "" is a file shown as it came
    pages: list[MediaRef] = field(default_factory=list)  # pictures of a paper's pages, in order

    def of(self, *variants: str) -> MediaRef | None:
        """The first of these variants that there is."""
        return next((self.files[variant] for variant in variants if variant in self.files), None)


def sets(files: Iterable[MediaRef]) -> list[Shown]:
    """The files that can be opened, by original, in the order of the record.

    Where there are plain and redacted copies of one variant (archivists have both) the redacted one counts.
    """
    shown: dict[int, Shown] = {}
    for file in files:
        if not file.ref:
            continue
        one = shown.setdefault(file.group, Shown(file.group, file.kind, file.caption))
        one.duration_ms = one.duration_ms or file.duration_ms
        if file.page is not None:
            one.pages.append(file)
        elif file.use == "redacted" or file.variant not in one.files:
            one.files[file.variant] = file
    for one in shown.values():
        one.pages.sort(key=lambda file: file.page or 0)
    return list(shown.values())
