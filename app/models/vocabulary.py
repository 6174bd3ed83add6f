"""Vocabularies (SKOS concept schemes), their terms, and the use of a term: a tagging."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered, Versioned
from app.models.passage import Passage


class Vocabulary(Identified, Versioned, Base):
    """A list of terms that belong together."""

    __tablename__ = "vocabulary"

    name: Mapped[str] = mapped_column(unique=True)
    uri: Mapped[str] = mapped_column(default="", index=True)
    language: Mapped[str] = mapped_column(default="")  # of the terms' main labels


class Term(Identified, Versioned, Base):
    """A concept. ``label`` is its preferred label in the vocabulary's main language."""

    __tablename__ = "term"
    __table_args__ = (Index("ix_term_vocabulary_id_label", "vocabulary_id", "label"),)

    vocabulary_id: Mapped[int] = mapped_column(ForeignKey(Vocabulary.id))
    label: Mapped[str]
    uri: Mapped[str] = mapped_column(default="", index=True)
    # The term this one was merged into: its labels and uses stay with it, and the merging can be undone.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"), index=True)

    vocabulary: Mapped[Vocabulary] = relationship()
    labels: Mapped[list[TermLabel]] = relationship(
        back_populates="term", cascade="all, delete-orphan", order_by="TermLabel.id"
    )
    relations: Mapped[list[TermRelation]] = relationship(
        foreign_keys="TermRelation.term_id",
        back_populates="term",
        cascade="all, delete-orphan",
        order_by="TermRelation.id",
    )
    merged_into: Mapped[Term | None] = relationship(remote_side="Term.id", back_populates="merged")
    merged: Mapped[list[Term]] = relationship(back_populates="merged_into", order_by="Term.id")

    @property
    def in_use(self) -> Term:
        """The term that stands for this one: itself, unless it was merged."""
        return self.merged_into.in_use if self.merged_into else self


class LabelKind(StrEnum):
    """How a label is to be shown (SKOS prefLabel, altLabel, hiddenLabel)."""

    PREFERRED = "preferred"
    ALTERNATIVE = "alternative"
    HIDDEN = "hidden"  # found by, never shown


class TermLabel(Numbered, Base):
    """A label of a term in one language (a tag, or empty)."""

    __tablename__ = "term_label"

    term_id: Mapped[int] = mapped_column(ForeignKey(Term.id, ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(default="")
    label: Mapped[str] = mapped_column(index=True)
    kind: Mapped[LabelKind] = mapped_column(default=LabelKind.ALTERNATIVE)

    term: Mapped[Term] = relationship(back_populates="labels")


class TermKey(Base):
    """What a term is found by while typing: each label from the beginning of each of its words, folded."""

    __tablename__ = "term_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    # By its code points everywhere, so that a beginning is a range of the primary key.
    key: Mapped[str] = mapped_column(
        String().with_variant(String(collation="C"), "postgresql"), primary_key=True
    )
    term_id: Mapped[int] = mapped_column(
        ForeignKey(Term.id, ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class RelationKind(StrEnum):
    """How terms hang together, as it was stated (SKOS broader, narrower, related)."""

    BROADER = "broader"
    NARROWER = "narrower"
    RELATED = "related"


class TermRelation(Numbered, Base):
    """One stated relation: ``other`` is broader than, narrower than or related to ``term``."""

    __tablename__ = "term_relation"

    term_id: Mapped[int] = mapped_column(ForeignKey(Term.id, ondelete="CASCADE"), index=True)
    kind: Mapped[RelationKind]
    other_id: Mapped[int] = mapped_column(ForeignKey(Term.id, ondelete="CASCADE"), index=True)

    term: Mapped[Term] = relationship(foreign_keys=[term_id], back_populates="relations")
    other: Mapped[Term] = relationship(foreign_keys=[other_id])


class Statement(Numbered, Base):
    """A triple of an imported vocabulary that we only carry, so that it is exported again as it came."""

    __tablename__ = "statement"

    vocabulary_id: Mapped[int] = mapped_column(ForeignKey(Vocabulary.id, ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(index=True)  # a URI, or _:name for a blank node
    predicate: Mapped[str]
    value: Mapped[str]
    kind: Mapped[str]  # uri, blank, literal
    language: Mapped[str] = mapped_column(default="")
    datatype: Mapped[str] = mapped_column(default="")


class Tagging(Numbered, Base):
    """A term applied to a testimony, or to one passage of it."""

    __tablename__ = "tagging"

    term_id: Mapped[int] = mapped_column(ForeignKey(Term.id), index=True)
    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id", ondelete="CASCADE"), index=True)
    passage_id: Mapped[int | None] = mapped_column(ForeignKey(Passage.id, ondelete="CASCADE"), index=True)
    made_by: Mapped[str] = mapped_column(default="")  # a user's identifier
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    term: Mapped[Term] = relationship()
    passage: Mapped[Passage | None] = relationship()
