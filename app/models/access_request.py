"""A reader's wish to read one restricted testimony, and what was decided about it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Versioned
from app.models.testimony import Testimony
from app.models.user import User


class RequestState(StrEnum):
    """Where a request stands. A grant whose day has passed lets nobody in, whatever stands here."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"  # taken back before its day


class AccessRequest(Identified, Versioned, Base):
    """One reader, one testimony, one reason; granted until the end of a day, or refused."""

    __tablename__ = "access_request"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    asked_on: Mapped[date] = mapped_column(default=clock.today)
    state: Mapped[RequestState] = mapped_column(default=RequestState.WAITING, index=True)
    decided_by: Mapped[str] = mapped_column(default="")  # a user's identifier
    answer: Mapped[str] = mapped_column(default="")
    until: Mapped[date | None]

    user: Mapped[User] = relationship()
    testimony: Mapped[Testimony] = relationship()
