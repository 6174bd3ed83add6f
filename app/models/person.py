"""People: who told, asked, translated, or was spoken of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered, Versioned


class Person(Identified, Versioned, Base):
    """A person. ``public_name`` stands for the name wherever the name must not be read."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(index=True)
    public_name: Mapped[str] = mapped_column(default="")  # set when the name is veiled
    note: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="", index=True)  # the identifier in the file they came from
    invented: Mapped[bool] = mapped_column(default=False)
    # Ways in which the name is spoken that are veiled with it: a first name, a nickname, a rank.
    spoken: Mapped[list[Any]] = mapped_column(default=list)
    # The person this one was found to be: everything stays where it is, and the merging can be undone.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    merged_into: Mapped[Person | None] = relationship(remote_side="Person.id", back_populates="merged")
    merged: Mapped[list[Person]] = relationship(back_populates="merged_into", order_by="Person.id")
    names: Mapped[list[PersonName]] = relationship(back_populates="person", cascade="all, delete-orphan")

    @property
    def in_use(self) -> Person:
        """The person that stands for this one: itself, unless it was merged."""
        return self.merged_into.in_use if self.merged_into else self

    @property
    def everyone(self) -> tuple[Person, ...]:
        """This person and all that were merged into it, near and far."""
        return (self, *(one for merged in self.merged for one in merged.everyone))

    @property
    def veil(self) -> str:
        """The public name that stands for every name of this person, also of those found to be the same."""
        return next((one.public_name for one in self.in_use.everyone if one.public_name), "")

    @property
    def is_veiled(self) -> bool:
        """Whether readers are given another name."""
        return bool(self.veil)

    @property
    def shown_as(self) -> str:
        """The name readers are given."""
        return self.veil or self.name


class PersonName(Numbered, Base):
    """Another way a person's name is written."""

    __tablename__ = "person_name"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    form: Mapped[str]

    person: Mapped[Person] = relationship(back_populates="names")


class KeptApart(Numbered, Base):
    """Two that look like one, and of whom an archivist said that they are two: not suggested again."""

    __tablename__ = "kept_apart"
    __table_args__ = (UniqueConstraint("kind", "one", "other"),)

    kind: Mapped[str]  # person, place
    one: Mapped[str]  # identifiers; the one that sorts first comes first
    other: Mapped[str]
    said_by: Mapped[str]  # a user's identifier
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
