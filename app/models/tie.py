"""What connects two people who tell: why what they say may not be two independent accounts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Versioned
from app.models.person import Person
from app.models.testimony import Testimony


class TieKind(StrEnum):
    """How two people are connected."""

    FAMILY = "family"
    HOUSEHOLD = "household"
    SAME_UNIT = "same_unit"  # they served, worked or were held together
    TOGETHER = "interviewed_together"  # they were interviewed together
    HEARD_FROM = "heard_from"  # the first has it from the second
    SAME_SOURCE = "same_source"  # both read or heard the same source


class Tie(Identified, Versioned, Base):
    """Two people who are connected, who noted it, and why. Of hearsay, ``one`` has it from ``other``."""

    __tablename__ = "tie"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", "kind"),
        CheckConstraint("one_id <> other_id", name="joins_two"),
    )

    one_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    kind: Mapped[TieKind]
    note: Mapped[str] = mapped_column(default="")
    # Where it is said: who may not read that testimony does not learn of the tie, and it ends with it.
    said_in_id: Mapped[int | None] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), index=True)
    noted_by: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    is_published: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)

    one: Mapped[Person] = relationship(foreign_keys=[one_id])
    other: Mapped[Person] = relationship(foreign_keys=[other_id])
    said_in: Mapped[Testimony | None] = relationship()
