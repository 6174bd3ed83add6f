"""A stretch of a testimony, picked out to be cited, titled, linked, tagged or withheld."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Versioned

if TYPE_CHECKING:
    from app.models.claim import Evidence
    from app.models.testimony import Testimony
    from app.models.transcript import Transcript


class Doubt(StrEnum):
    """Why somebody must look at a passage after its words were corrected."""

    GONE = "gone"  # none of its lines is left
    SHORTER = "shorter"  # some of its lines are gone
    WIDER = "wider"  # a line of it was joined with one outside it
    REWRITTEN = "rewritten"  # little of its words is left


class Passage(Identified, Versioned, Base):
    """Lines ``first`` to ``last`` of one transcript revision, or only a time where there is no transcript."""

    __tablename__ = "passage"
    __table_args__ = (
        CheckConstraint("first <= last", name="runs_forward"),
        CheckConstraint("first IS NOT NULL OR start_ms IS NOT NULL", name="is_somewhere"),
    )

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id", ondelete="CASCADE"), index=True)
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcript.id"))
    first: Mapped[int | None]
    last: Mapped[int | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    title: Mapped[str] = mapped_column(default="")  # a titled passage is a chapter
    synopsis: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    subjects: Mapped[list[str]] = mapped_column(JSON, default=list)
    partial_transcript: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    links: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    # Why the words it was put on could not simply be followed to a newer revision, and where they stood.
    doubt: Mapped[Doubt | None] = mapped_column(index=True)
    was_transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcript.id", ondelete="SET NULL"))
    was_first: Mapped[int | None]
    was_last: Mapped[int | None]

    testimony: Mapped[Testimony] = relationship(back_populates="passages")
    transcript: Mapped[Transcript | None] = relationship(foreign_keys=[transcript_id])
    redactions: Mapped[list[Redaction]] = relationship(back_populates="passage", cascade="all, delete-orphan")
    evidence: Mapped[list[Evidence]] = relationship(back_populates="passage", cascade="all, delete-orphan")


class RedactionReason(StrEnum):
    """Why a passage is kept from readers: shown to them in its place."""

    THIRD_PARTY = "third_party"
    DANGER = "danger"
    CONSENT = "consent"
    LAW = "law"


class Redaction(Identified, Versioned, Base):
    """A passage withheld from readers, until a day or for good. The original is never altered."""

    __tablename__ = "redaction"

    passage_id: Mapped[int] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
    reason: Mapped[RedactionReason]
    note: Mapped[str] = mapped_column(default="")  # for archivists only
    until: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]

    passage: Mapped[Passage] = relationship(back_populates="redactions")

    def is_in_force(self, moment: datetime) -> bool:
        """Whether the passage is withheld at this moment."""
        return self.lifted_at is None and (self.until is None or moment < self.until)
