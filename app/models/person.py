"""People: who told, asked, translated, or was spoken of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    def is_veiled(self) -> bool:
        """Whether readers are given another name."""
        return bool(self.public_name)

    @property
    def shown_as(self) -> str:
        """The name readers are given."""
        return self.public_name or self.name


class PersonName(Numbered, Base):
    """Another way a person's name is written."""

    __tablename__ = "person_name"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    form: Mapped[str]

    person: Mapped[Person] = relationship(back_populates="names")
