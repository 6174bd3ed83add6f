"""Who has what in hand: two people never work on one thing unknowingly."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base
from app.models.user import User


class Hold(Base):
    """An archivist has a thing (kind:identifier) in hand since a moment."""

    __tablename__ = "hold"

    target: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()
