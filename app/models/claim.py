"""Who asserts what, in which source, and which passage supports, contradicts or qualifies it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Composite, Mapped, composite, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered, Versioned
from app.models.event import Event
from app.models.fuzzy import fuzzy_date
from app.models.passage import Passage
from app.models.place import Place
from app.records import Figure, FuzzyDate


class Source(Identified, Versioned, Base):
    """A document that asserts."""

    __tablename__ = "source"

    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    date: Mapped[FuzzyDate] = fuzzy_date("date")
    language: Mapped[str] = mapped_column(default="")
    asserted_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="", index=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)


class Question(Identified, Versioned, Base):
    """What is in dispute."""

    __tablename__ = "question"

    text: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    event_id: Mapped[int | None] = mapped_column(ForeignKey(Event.id), index=True)
    ref: Mapped[str] = mapped_column(default="", index=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event | None] = relationship()
    claims: Mapped[list[Claim]] = relationship(back_populates="question", order_by="Claim.id")


def figure() -> Composite[Figure]:
    """The columns of a number as asserted, read as one Figure."""
    return composite(
        Figure,
        mapped_column("figure_words", String, default="", nullable=False),
        mapped_column("figure_value", nullable=True),
        mapped_column("figure_low", nullable=True),
        mapped_column("figure_high", nullable=True),
        mapped_column("figure_approximate", default=False, nullable=False),
        mapped_column("figure_unit", String, default="", nullable=False),
        mapped_column("figure_counted", String, default="", nullable=False),
        mapped_column("figure_when", String, default="", nullable=False),
        mapped_column("figure_where", String, default="", nullable=False),
    )


class Claim(Identified, Versioned, Base):
    """One answer to a question, as asserted. The archive does not say whether it is so."""

    __tablename__ = "claim"

    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id), index=True)
    text: Mapped[str]
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id), index=True)
    attributed_to: Mapped[str] = mapped_column(default="")  # whom the source reports as saying it
    part_of_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), index=True)
    figure: Mapped[Figure] = figure()
    happened: Mapped[FuzzyDate] = fuzzy_date("happened")  # when it puts what it speaks of
    place_id: Mapped[int | None] = mapped_column(ForeignKey(Place.id), index=True)  # and where
    earlier: Mapped[str] = mapped_column(default="")  # what it puts before ``later``
    later: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="", index=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)

    question: Mapped[Question] = relationship(back_populates="claims")
    source: Mapped[Source | None] = relationship()
    place: Mapped[Place | None] = relationship()
    part_of: Mapped[Claim | None] = relationship(remote_side="Claim.id", back_populates="parts")
    parts: Mapped[list[Claim]] = relationship(back_populates="part_of", order_by="Claim.id")
    evidence: Mapped[list[Evidence]] = relationship(back_populates="claim", order_by="Evidence.id")


class Stance(StrEnum):
    """How a passage bears on a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    QUALIFIES = "qualifies"


class Basis(StrEnum):
    """How the person speaking knows."""

    SAW = "saw"
    HEARD_FROM = "heard_from"
    INFERRED = "inferred"
    DOCUMENT = "document"


class Evidence(Identified, Versioned, Base):
    """A passage bearing on a claim: stance, basis, who linked it and who read it a second time."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("passage_id", "claim_id"),)

    passage_id: Mapped[int] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), index=True)
    stance: Mapped[Stance]
    basis: Mapped[Basis]
    heard_from: Mapped[str] = mapped_column(default="")
    figure: Mapped[Figure] = figure()  # the number the passage gives, where it gives one
    happened: Mapped[FuzzyDate] = fuzzy_date("happened")  # when the passage puts it, where it says so
    note: Mapped[str] = mapped_column(default="")
    linked_by: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)

    passage: Mapped[Passage] = relationship(back_populates="evidence")
    claim: Mapped[Claim] = relationship(back_populates="evidence")
    readings: Mapped[list[SecondReading]] = relationship(
        back_populates="evidence", cascade="all, delete-orphan", order_by="SecondReading.id"
    )


class Verdict(StrEnum):
    """What a second archivist says of a link."""

    CONFIRMS = "confirms"
    QUESTIONS = "questions"


class SecondReading(Numbered, Base):
    """A second archivist's word on a link. All are kept, also where they disagree."""

    __tablename__ = "second_reading"
    __table_args__ = (UniqueConstraint("evidence_id", "read_by"),)

    evidence_id: Mapped[int] = mapped_column(ForeignKey(Evidence.id, ondelete="CASCADE"), index=True)
    read_by: Mapped[str]  # a user's identifier
    verdict: Mapped[Verdict]
    note: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime] = mapped_column(default=clock.now)
    evidence_version: Mapped[
        int
    ]  # of the link as it was read: one that was changed since needs a new reading

    evidence: Mapped[Evidence] = relationship(back_populates="readings")


class Dismissal(Numbered, Base):
    """A passage an archivist has read and found not to be about a claim: it is not offered again."""

    __tablename__ = "dismissal"
    __table_args__ = (UniqueConstraint("claim_id", "passage_id"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id, ondelete="CASCADE"), index=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
    read_by: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(default=clock.now)

    passage: Mapped[Passage] = relationship()
