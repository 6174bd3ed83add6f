"""A passkey: the public half of a key pair whose other half never leaves its owner's device."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified
from app.models.user import User


class Passkey(Identified, Base):
    """One passkey of a user. ``sign_count`` is what the device last said; it tells a copied key."""

    __tablename__ = "passkey"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[Any]] = mapped_column(default=list)
    name: Mapped[str] = mapped_column(default="")
    added_on: Mapped[date] = mapped_column(default=clock.today)
    last_used_on: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="webauthn")
