"""Opening containers: to read, as the one format they begin like; to write, so that they play at once."""

import os
from typing import Any, BinaryIO

import av
from av.container import InputContainer, OutputContainer

INDEX = 8  # bytes of a WebM index for each second: one entry in five seconds, of 20 to 30 bytes
# Nothing of our own is said in a copy, not even what wrote it ("bitexact"). An index stands at the beginning:
# a player that can ask for ranges then finds any second with one request.
_WRITING = {
    "webm": {"fflags": "+bitexact"},
    "mp4": {"fflags": "+bitexact", "movflags": "+faststart"},
}


def reading(file: BinaryIO, name: str) -> InputContainer:
    """A container to be read, and nothing but this file."""
    av.logging.set_level(None)
    options = {"protocol_whitelist": ""}
    file.seek(0)
    return av.open(file, "r", format=name, metadata_errors="ignore", options=options)


def writing(out: BinaryIO, name: str, seconds: float = 0.0) -> OutputContainer:
    """A container to be written into an open file, with room for the index of so many seconds."""

    def again(url: str, flags: int, options: dict[str, Any]) -> Window:  # to bring the index to the front
        out.flush()
        return Window(out)

    options = dict(_WRITING[name])
    if name == "webm":
        options["reserve_index_space"] = str(1024 + round(seconds * INDEX))
    return av.open(out, "w", format=name, container_options=options, io_open=again)


class Window:
    """Reads an open file at a place of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self.handle, self.at = file.fileno(), 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = os.pread(self.handle, size, self.at)
        self.at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: os.fstat(self.handle).st_size}[whence]
        self.at = start + offset
        return self.at

    def tell(self) -> int:
        """Where it reads next."""
        return self.at

    def close(self) -> None:
        """The file itself stays open."""
