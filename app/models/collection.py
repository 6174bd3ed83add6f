"""Collections, and the accessions by which testimonies came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, Numbered, Versioned


class Collection(Identified, Versioned, Base):
    """What a testimony belongs to."""

    __tablename__ = "collection"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    rights: Mapped[str] = mapped_column(default="")
    invented: Mapped[bool] = mapped_column(default=False)


class Accession(Numbered, Base):
    """The act of taking in one file: when, from where, by whom."""

    __tablename__ = "accession"

    source: Mapped[str]  # the file's name
    format: Mapped[str]
    actor: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    note: Mapped[str] = mapped_column(default="")
