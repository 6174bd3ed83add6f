"""Who may sign in, and as what."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app import clock
from app.db import Base, Identified, Versioned

if TYPE_CHECKING:
    from app.models.passkey import Passkey


class Role(StrEnum):
    """What a signed-in person is to the archive."""

    READER = "reader"
    SUBMITTER = "submitter"
    ARCHIVIST = "archivist"
    LEAD_ARCHIVIST = "lead_archivist"
    ADMINISTRATOR = "administrator"


def new_uniquifier() -> str:
    """A random value of 128 bits that tells one account from every other, and from itself before."""
    return secrets.token_hex(16)


class User(Identified, Versioned, Base):
    """An account. The password is kept as an Argon2 hash, the secret of an authenticator app encrypted.

    The columns from ``fs_uniquifier`` on have the names by which Flask-Security knows them.
    """

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(default=Role.READER)
    password_hash: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, default=new_uniquifier)  # new with each password
    fs_webauthn_user_handle: Mapped[str] = mapped_column(unique=True, default=new_uniquifier)
    tf_totp_secret: Mapped[str | None]
    totp_counter: Mapped[int | None]  # the newest code that was used: none opens twice
    mf_recovery_codes: Mapped[list[Any]] = mapped_column(default=list)  # each encrypted

    webauthn: Mapped[list[Passkey]] = relationship(back_populates="user", order_by="Passkey.id")
    password = synonym("password_hash")
    active = synonym("is_active")

    @property
    def roles(self) -> list[Role]:
        """The one role, in a list."""
        return [self.role]

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in takes more than the password."""
        return bool(self.tf_totp_secret or self.webauthn)
