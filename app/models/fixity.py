"""Fixity: the proof that a kept file is, on every shelf it stands on, what was deposited."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Numbered


class Shelf(StrEnum):
    """Where a file can stand."""

    STORE = "store"
    REPLICA = "replica"


class Found(StrEnum):
    """What was found there, or done about it."""

    GOOD = "good"
    COPIED = "copied"  # put there, and read back
    DAMAGED = "damaged"  # other bytes than were deposited
    MISSING = "missing"
    REPAIRED = "repaired"  # from the other shelf, and read back
    LOST = "lost"  # bad on every shelf: nothing to repair it from
    REMADE = "remade"  # a copy made from an original: it is made again


class FixityCheck(Numbered, Base):
    """One look at one file on one shelf. The key is made of the hash the file must have."""

    __tablename__ = "fixity_check"
    __table_args__ = (Index("ix_fixity_check_key_shelf", "key", "shelf", "id"),)

    key: Mapped[str]
    shelf: Mapped[Shelf]
    found: Mapped[Found]
    at: Mapped[datetime] = mapped_column(default=clock.now)
