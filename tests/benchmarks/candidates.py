"""How many of the passages tied to a claim are among the first that are suggested for it.

Run: python -m tests.benchmarks.candidates HOME [QUESTION-REF-BEGINNING]. HOME holds the claims with their
links; what is suggested does not depend on them (ranking knows no links), so this is what an archivist who
has linked nothing yet would have been shown.
"""

import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from app.archive import Archive
from app.models import Claim, Question
from app.services import bringing
from config import Settings

FIRST = 50  # suggestions that somebody goes through


def main(home: Path, begins: str) -> None:
    """Print for each question, and for all, the share found."""
    tied, found = Counter[str](), Counter[str]()
    archive = Archive(Settings(home=home))
    with archive.reading() as session:
        for claim in session.scalars(select(Claim).join(Question).where(Question.ref.startswith(begins))):
            hits, _ = bringing.ranked(claim)
            offered = [(testimony.identifier, hit.first, hit.last) for hit, testimony in hits[:FIRST]]
            for one in claim.evidence:
                first, last = one.passage.first or 0, one.passage.last or 0
                tied[claim.question.text] += 1
                found[claim.question.text] += any(
                    identifier == one.passage.testimony.identifier and begin <= last and first <= end
                    for identifier, begin, end in offered
                )
    archive.close()
    for question, count in tied.items():
        print(f"{found[question] / count:5.2f}  {found[question]:4} of {count:4}  {question}")
    if tied:
        print(
            f"{found.total() / tied.total():5.2f}  {found.total():4} of {tied.total():4}  all, first {FIRST}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
