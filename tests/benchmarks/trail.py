"""A long trail made and verified: python -m tests.benchmarks.trail HOME [--entries 1000000]

The archive in HOME is made when it is not there; a trail that is long enough already is only verified.
"""

import argparse
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from app.archive import Archive
from app.models import AuditEntry
from app.services import anchoring, chaining, verifying
from config import Settings

BATCH = 50_000
BEGAN = datetime(2021, 3, 4, 5, 6, 7, 890, UTC)
ACTIONS = ("passage.tag", "evidence.link", "testimony.describe", "transcript.correct", "term.merge")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("--entries", type=int, default=1_000_000)
    given = asked.parse_args()
    archive = Archive(Settings(home=given.home))
    archive.migrate()
    fill(archive, given.entries)
    for parts in (None, 1):
        began = time.perf_counter()
        with archive.reading():
            found = verifying.verify(parts=parts)
        took = time.perf_counter() - began
        how = "one process" if parts else "a process for each processor"
        print(f"{found.entries:,} entries verified in {took:.1f} s by {how}: {found.fault}")
    archive.close()


def fill(archive: Archive, entries: int) -> None:
    """Entries as work of years would leave them, chained as ever."""
    with archive.writing() as session:
        last, chain = session.execute(
            select(func.coalesce(func.max(AuditEntry.id), 0), func.max(AuditEntry.chain))
        ).one()
        if last:
            chain = session.scalar(select(AuditEntry.chain).where(AuditEntry.id == last))
    began, chain = time.perf_counter(), chain or ""
    for first in range(last + 1, entries + 1, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, entries + 1)):
            row = entry(number)
            chain = chaining.chained(
                chain, number, row["at"], row["actor"], row["action"], row["target"], row["details"]
            )
            rows.append(row | {"chain": chain})
        with archive.writing() as session:
            session.execute(insert(AuditEntry), rows)
            anchoring.follow(session)
    if last < entries:
        print(f"{entries - last:,} entries made in {time.perf_counter() - began:.1f} s")


def entry(number: int) -> dict[str, object]:
    testimony = f"testimony{number % 5000:03d}"
    target = f"passage:passage{number % 90_000:05d}"
    details = {
        "testimony": testimony,
        "lines": [number % 400, number % 400 + 3],
        "before": "",
        "after": "Loss",
    }
    return {
        "id": number,
        "at": BEGAN + timedelta(seconds=97 * number, microseconds=number % 1000),
        "actor": f"archivist{number % 7}",
        "action": ACTIONS[number % len(ACTIONS)],
        "target": target,
        "about": chaining.concerned(target, details),
        "details": details,
    }


if __name__ == "__main__":
    main()
