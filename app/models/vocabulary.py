"""Vocabularies (SKOS concept schemes), their terms, and the use of a term: a tagging."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Identified, Numbered, Versioned
from app.models.passage import Passage


class Vocabulary(Identified, Base):
    """A list of terms that belong together."""

    __tablename__ = "vocabulary"

    name: Mapped[str] = mapped_column(unique=True)
    uri: Mapped[str] = mapped_column(default="")


class Term(Identified, Versioned, Base):
    """A concept. ``label`` is its preferred label in the vocabulary's main language."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("vocabulary_id", "label"),)

    vocabulary_id: Mapped[int] = mapped_column(ForeignKey(Vocabulary.id), index=True)
    label: Mapped[str]
    uri: Mapped[str] = mapped_column(default="")
    broader_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"), index=True)

    vocabulary: Mapped[Vocabulary] = relationship()
    labels: Mapped[list[TermLabel]] = relationship(back_populates="term", cascade="all, delete-orphan")


class TermLabel(Numbered, Base):
    """A label of a term in one language, preferred or alternative (SKOS prefLabel, altLabel)."""

    __tablename__ = "term_label"

    term_id: Mapped[int] = mapped_column(ForeignKey(Term.id, ondelete="CASCADE"), index=True)
    language: Mapped[str]
    label: Mapped[str] = mapped_column(index=True)
    is_preferred: Mapped[bool] = mapped_column(default=False)

    term: Mapped[Term] = relationship(back_populates="labels")


class Tagging(Numbered, Base):
    """A term applied to a testimony, or to one passage of it."""

    __tablename__ = "tagging"

    term_id: Mapped[int] = mapped_column(ForeignKey(Term.id), index=True)
    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id", ondelete="CASCADE"), index=True)
    passage_id: Mapped[int | None] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"))

    term: Mapped[Term] = relationship()
    passage: Mapped[Passage | None] = relationship()
