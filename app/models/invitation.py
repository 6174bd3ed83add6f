"""A link that lets somebody choose a password: to a new account, or a new one to their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified
from app.models.user import Role, User


class Invitation(Identified, Base):
    """A link handed over by hand, once; only its digest is kept. With a ``user`` it resets their password."""

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    frees: Mapped[bool] = mapped_column(default=False)  # whether the second step goes with the old password
    made_by: Mapped[str]  # whose name stands with it
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime]

    user: Mapped[User | None] = relationship()
