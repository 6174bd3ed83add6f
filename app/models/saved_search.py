"""A search that somebody with an account keeps, and how far they have looked at what it finds."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified
from app.models.edition import Audience
from app.models.user import User


class SavedSearch(Identified, Base):
    """Words and narrowing, under a name. It goes with its account, and only its owner ever reads it.

    What was looked at is every edition of ``audience`` written up to number ``seen``; of when, only the
    day is kept.
    """

    __tablename__ = "saved_search"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]  # words, filters, exact, within
    saved_on: Mapped[date] = mapped_column(default=clock.today)
    looked_on: Mapped[date] = mapped_column(default=clock.today)
    audience: Mapped[Audience]
    seen: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship()
