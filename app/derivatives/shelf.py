"""Where the child puts what it makes: small copies one after the other, streamed ones in their own."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from app.derivatives.variants import STREAMED


class Shelf:
    """The files that were opened for the child, and the list of what lies in them."""

    def __init__(self, outs: Sequence[BinaryIO]) -> None:
        self.small = outs[0]
        self.streams = dict(zip(STREAMED, outs[1:], strict=True))
        self.made: list[dict[str, Any]] = []

    def put(self, variant: str, data: bytes, **facts: Any) -> None:
        """Keep a small copy."""
        start = self.small.tell()
        self.small.write(data)
        self.made.append({"variant": variant, "out": 0, "start": start, "end": start + len(data), **facts})

    def finish(self, variant: str, **facts: Any) -> None:
        """Say that a streamed copy is whole."""
        out = self.streams[variant]
        out.flush()
        end = out.seek(0, 2)
        number = 1 + STREAMED.index(variant)
        self.made.append({"variant": variant, "out": number, "start": 0, "end": end, **facts})
