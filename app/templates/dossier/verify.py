"""Check this dossier, without the archive and offline: python3 verify.py. It needs nothing but Python 3."""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEALS = ("tagmanifest-sha256.txt", "manifest-sha256.txt")
CANNOT = """This cannot know:
- whether somebody made the whole dossier anew, sums and all: ask the archive for the sum above,
- whether the archive's trail, of which these entries are a part, was itself kept rightly, or holds more,
- whether what is said here is true, whole, or still given: some may have been withdrawn since."""


def sums(name: str) -> dict[str, str]:
    """The SHA-256 that each file had when the dossier was made."""
    rows = (HERE / name).read_text("utf-8", "replace").split("\n") if (HERE / name).is_file() else []
    return {row[66:]: row[:64] for row in rows if row.strip()}


def files() -> list[str]:
    """What is wrong with the files: changed, missing, or not of this dossier."""
    wrong = [f"missing: {name}" for name in SEALS if not (HERE / name).is_file()]
    told = {name: digest for seal in SEALS for name, digest in sums(seal).items()}
    for name, digest in told.items():
        path = HERE / name
        if not path.is_file():
            wrong.append(f"missing: {name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"changed: {name}")
    there = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    return wrong + [f"not of this dossier: {name}" for name in sorted(there - set(told) - {SEALS[0]})]


def trail() -> list[str]:
    """Which entries of the trail do not say what they were chained with."""
    path, wrong, last = HERE / "data" / "trail.jsonl", [], (0, "")
    rows = path.read_text("utf-8", "replace").rstrip("\n").split("\n") if path.is_file() else []
    for row, line in enumerate(filter(None, rows), 1):
        try:
            e = json.loads(line)
            said = [e[k] for k in ("before", "number", "at", "actor", "action", "target", "details")]
            digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
            follows = e["number"] != last[0] + 1 or not last[0] or e["before"] == last[1]
            if digest != e["chain"] or not follows:
                wrong.append(f"trail entry {e['number']} ({e['action']}) is not as it was written")
            last = (e["number"], e["chain"])
        except (ValueError, KeyError, TypeError):
            wrong.append(f"trail entry in row {row} cannot be read")
    return wrong


if __name__ == "__main__":
    faults = files() + trail()
    print("\n".join(faults) or f"All {len(sums(SEALS[1])) + len(sums(SEALS[0]))} files and the trail agree.")
    seal = HERE / SEALS[0]
    print("Sum of this dossier:", hashlib.sha256(seal.read_bytes()).hexdigest() if seal.is_file() else "-")
    print(CANNOT)
    sys.exit(1 if faults else 0)
