"""Where files wait that are still arriving: the size of each file here is how far it has come."""

from pathlib import Path


class Anteroom:
    """A folder of unfinished uploads, with the limits that keep it from filling the disk (all in bytes)."""

    def __init__(self, root: Path, *, largest: int, quota: int, files: int, reserve: int) -> None:
        self.root = root
        self.largest, self.quota, self.files, self.reserve = largest, quota, files, reserve
