"""The words of a testimony in one language at one revision, segment by segment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Numbered, Versioned

if TYPE_CHECKING:
    from app.models.testimony import Testimony


class TranscriptKind(StrEnum):
    """Whether these are the narrator's own words."""

    ORIGINAL = "original"
    TRANSLATION = "translation"


class Transcript(Numbered, Versioned, Base):
    """A transcript. A correction makes a new revision; the old one stays, no longer current."""

    __tablename__ = "transcript"
    __table_args__ = (UniqueConstraint("testimony_id", "kind", "language", "revision"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id", ondelete="CASCADE"), index=True)
    kind: Mapped[TranscriptKind] = mapped_column(default=TranscriptKind.ORIGINAL)
    language: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    translator: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(default="")
    # For each line the lines of the revision before that it was made of; None for a first revision.
    lineage: Mapped[list[Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    testimony: Mapped[Testimony] = relationship(back_populates="transcripts")
    segments: Mapped[list[Segment]] = relationship(
        back_populates="transcript", cascade="all, delete-orphan", order_by="Segment.position"
    )


class Segment(Base):
    """One line of a transcript: who says what, and when. ``position`` counts from zero."""

    __tablename__ = "segment"
    __table_args__ = (
        CheckConstraint("end_ms IS NULL OR start_ms IS NULL OR start_ms <= end_ms", name="runs_forward"),
        {"sqlite_with_rowid": False},  # a transcript's lines lie side by side on disk
    )

    transcript_id: Mapped[int] = mapped_column(
        ForeignKey(Transcript.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    speaker: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    is_unclear: Mapped[bool] = mapped_column(default=False)  # the recording cannot be understood here
    # A machine's words until somebody has checked them: "unchecked", or "silence" where nothing is heard.
    machine: Mapped[str] = mapped_column(default="")

    transcript: Mapped[Transcript] = relationship(back_populates="segments")
