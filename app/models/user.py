"""Who may sign in, and as what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, Versioned


class Role(StrEnum):
    """What a signed-in person is to the archive."""

    READER = "reader"
    SUBMITTER = "submitter"
    ARCHIVIST = "archivist"
    LEAD_ARCHIVIST = "lead_archivist"
    ADMINISTRATOR = "administrator"


class User(Identified, Versioned, Base):
    """An account. The password is kept as an Argon2 hash."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(default=Role.READER)
    password_hash: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
