"""BagIt 1.0 (RFC 8493): a folder whose every file is named with its SHA-256; and such a folder as one ZIP."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

PIECE = 2**20
_STILL = (1980, 1, 1, 0, 0, 0)  # a ZIP tells no times of ours


def seal(folder: Path, about: Mapping[str, str]) -> str:
    """Make a bag of a folder whose payload stands in ``data``. Returns the SHA-256 of its tag manifest."""
    payload = sorted(path for path in (folder / "data").rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in payload)
    _write(folder / "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    told = {**about, "Payload-Oxum": f"{size}.{len(payload)}"}
    said = (f"{name}: {' '.join(value.split())}\n" for name, value in told.items() if value)
    _write(folder / "bag-info.txt", "".join(said))
    _write(folder / "manifest-sha256.txt", _rows(folder, payload))
    tags = sorted(path for path in folder.iterdir() if path.is_file() and "tagmanifest" not in path.name)
    _write(folder / "tagmanifest-sha256.txt", _rows(folder, tags))
    return digest(folder / "tagmanifest-sha256.txt")


def digest(path: Path) -> str:
    """The SHA-256 of a file, a piece at a time."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            made.update(piece)
    return made.hexdigest()


def pack(folder: Path, to: Path) -> None:
    """The folder as one ZIP, in which it is a folder of the same name."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _STILL)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as file, packed.open(entry, "w", force_zip64=True) as out:
                while piece := file.read(PIECE):
                    out.write(piece)


def _rows(folder: Path, paths: list[Path]) -> str:
    return "".join(f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
