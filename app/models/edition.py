"""Editions: a testimony as one audience may see it, kept whole; that audience's pages are made from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Numbered
from app.models.testimony import Testimony


class Audience(StrEnum):
    """For whom an edition is made."""

    PUBLIC = "public"
    READING_ROOM = "reading_room"
    NAMED = "named"  # readers let in to one restricted testimony
    STAFF = "staff"


# The audiences that search: whoever was let in to a testimony reads it, and searches as before.
SEARCHING = (Audience.PUBLIC, Audience.READING_ROOM, Audience.STAFF)


class Edition(Numbered, Base):
    """The head of an edition: the Record without its lines, as JSON (``records.plain``)."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("testimony_id", "audience"),
        Index("ix_edition_audience_serial", "audience", "serial"),
    )

    # Counts the writings of an audience's editions: the highest was written last.
    serial: Mapped[int] = mapped_column(default=0)
    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"))
    audience: Mapped[Audience] = mapped_column(index=True)
    stamp: Mapped[str]  # SHA-256 of what it holds: the index carries the same
    words: Mapped[str] = mapped_column(default="")  # SHA-256 of its lines: alike, its parts stay
    head: Mapped[dict[str, Any]]
    sorted_by: Mapped[str] = mapped_column(default="")  # ISO day
    lines: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    testimony: Mapped[Testimony] = relationship()


class EditionPart(Base):
    """One passage of consecutive lines: what search finds and pages read.

    ``script`` is 0 for the original, 1 and up for translations, -1 for a description that
    stands in for a missing transcript. ``lines`` holds ``records.plain`` of each Line.
    """

    __tablename__ = "edition_part"
    __table_args__ = ({"sqlite_with_rowid": False},)

    edition_id: Mapped[int] = mapped_column(
        ForeignKey(Edition.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    script: Mapped[int] = mapped_column(default=0)
    first: Mapped[int]
    last: Mapped[int]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    lines: Mapped[list[Any]]


class LinkKind(StrEnum):
    """What an edition lets its audience get to."""

    PERSON = "person"
    MENTION = "mention"
    PLACE = "place"
    EVENT = "event"
    TERM = "term"
    CLAIM = "claim"
    EVIDENCE = "evidence"
    COLLECTION = "collection"
    MEDIA = "media"


class EditionLink(Base):
    """This edition shows that thing: a page about it, for this audience, may say so."""

    __tablename__ = "edition_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[LinkKind] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition_id: Mapped[int] = mapped_column(
        ForeignKey(Edition.id, ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
