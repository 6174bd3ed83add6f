"""Which bytes of a file a request asks for: the Range header, read as RFC 9110 section 14 has it."""

import re

MOST = 16  # ranges in one request; one that asks for more is given the whole
_SPEC = re.compile(r"(\d{1,19})-(\d{0,19})|-(\d{1,19})")


def asked(header: str | None, size: int) -> list[range] | None:
    """The stretches of a file of ``size`` bytes that a Range header asks for, in its order.

    None: the whole file, because there is no header, its unit is unknown, or it is malformed. An empty
    list: none of them lies within the file (416). Stretches that overlap or touch are one.
    """
    unit, _, specs = (header or "").partition("=")
    parts = [part.strip() for part in specs.split(",") if part.strip()]
    if unit.strip().lower() != "bytes" or not 0 < len(parts) <= MOST:
        return None
    read = [_stretch(part, size) for part in parts]
    found = [stretch for stretch in read if stretch is not None]
    return None if len(found) < len(read) else _together([stretch for stretch in found if stretch])


def _stretch(spec: str, size: int) -> range | None:
    """The bytes of one spec, none of them when it lies beyond the end; None when it is malformed."""
    found = _SPEC.fullmatch(spec)
    if not found:
        return None
    if found[3]:
        return range(max(0, size - int(found[3])), size)
    first, last = int(found[1]), int(found[2] or size)
    if found[2] and last < first:
        return None
    return range(min(first, size), min(last + 1, size))


def _together(stretches: list[range]) -> list[range]:
    """The stretches with those that overlap or touch joined, each where the first of them stood."""
    kept: list[range] = []
    for stretch in stretches:
        touching = [k for k in kept if k.start <= stretch.stop and stretch.start <= k.stop]
        if not touching:
            kept.append(stretch)
            continue
        ends = [stretch, *touching]
        joined = range(min(k.start for k in ends), max(k.stop for k in ends))
        kept = [joined if k is touching[0] else k for k in kept if k not in touching[1:]]
    return kept
