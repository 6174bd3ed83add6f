"""What happened: history only, never a signal or a log line."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Identified, Versioned
from app.models.fuzzy import fuzzy_date
from app.models.place import Place
from app.records import FuzzyDate


class Event(Identified, Versioned, Base):
    """An event: what, when, where."""

    __tablename__ = "event"

    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    date: Mapped[FuzzyDate] = fuzzy_date("date")
    place_id: Mapped[int | None] = mapped_column(ForeignKey(Place.id), index=True)
    ref: Mapped[str] = mapped_column(default="", index=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)

    place: Mapped[Place | None] = relationship()
