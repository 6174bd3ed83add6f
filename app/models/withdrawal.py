"""What a narrator took back: kept without content, also when the testimony itself is gone."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified


class Outcome(StrEnum):
    """What becomes of what is withdrawn: four different things, chosen by the narrator."""

    STOP = "stop"  # no longer published; the archive keeps it
    RESTRICT = "restrict"  # only named people
    CLOSE = "close"  # nobody, until a day
    DESTROY = "destroy"  # text, recordings and files are gone; this row stays
    PASSAGE = "passage"  # some lines withheld
    FILE = "file"  # a file that was given
    CONSENT = "consent"  # a narrower consent


class Withdrawal(Identified, Base):
    """One withdrawal. The same entry stands in the ledger outside the database, to be replayed from there."""

    __tablename__ = "withdrawal"

    outcome: Mapped[Outcome]
    submission: Mapped[str] = mapped_column(default="", index=True)  # identifiers: their rows may be gone
    testimony: Mapped[str] = mapped_column(default="", index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # until, lines, level: no words of anybody
    was_public: Mapped[bool] = mapped_column(default=False)  # then its address answers 410
    made_on: Mapped[date] = mapped_column(default=clock.today)
    seen_by: Mapped[str] = mapped_column(default="")  # the archivist who has taken note of it
