"""Show of a line what answers: all of it where it is short, else the stretch that holds the marks."""

from collections.abc import Sequence

from app.pages import Fragment

WIDEST = 360  # characters of a line that a hit shows


def fragments(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Fragment, ...]:
    """The text around the marks: all of it where it is short, else the stretch that holds them."""
    start, end = _window(text, spans)
    pieces: list[Fragment] = [Fragment("… ")] if start else []
    at = start
    for first, last in spans:
        if first < start or last > end:
            continue
        pieces += [Fragment(text[at:first]), Fragment(text[first:last], marked=True)]
        at = last
    pieces.append(Fragment(text[at:end]))
    if end < len(text):
        pieces.append(Fragment(" …"))
    return tuple(piece for piece in pieces if piece.text)


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= WIDEST:
        return 0, len(text)
    starts = [first for first, _ in spans] or [0]
    best = max(starts, key=lambda s: sum(1 for other in starts if s <= other < s + WIDEST - 80))
    start = max(0, best - 80)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + WIDEST)
    if end < len(text) and (space := text.rfind(" ", start, end)) > start:
        end = max([space, *(last for first, last in spans if first < end <= last)])
    return start, end
