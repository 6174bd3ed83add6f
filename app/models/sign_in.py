"""Who is signed in where, and which addresses are being guessed at. No network address is kept of anybody."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered
from app.models.user import User


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 (a word, and no password)
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


class SignIn(Identified, Base):
    """A browser that is signed in. It holds a random value of which only a digest is kept."""

    __tablename__ = "sign_in"

    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    way: Mapped[Way]
    label: Mapped[str] = mapped_column(default="")
    began_on: Mapped[date] = mapped_column(default=clock.today)
    last_used_on: Mapped[date] = mapped_column(default=clock.today)

    user: Mapped[User] = relationship()


class Guess(Numbered, Base):
    """How often in a row something was guessed wrongly for one account, which only a digest names."""

    __tablename__ = "guess"

    digest: Mapped[str] = mapped_column(unique=True)
    wrong: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
