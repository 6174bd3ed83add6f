"""The trail: who did what to which thing, and when. Rows are only added, each chained to the last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Numbered


class AuditEntry(Numbered, Base):
    """One change. ``chain`` is the SHA-256 of the entry before and of this one's content."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor: Mapped[str] = mapped_column(index=True)  # who, as a user's identifier, or "system"
    action: Mapped[str] = mapped_column(index=True)  # noun.verb: "passage.redact"
    target: Mapped[str] = mapped_column(index=True)  # kind:identifier
    about: Mapped[str] = mapped_column(default="", index=True)  # the testimony or submission concerned
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chain: Mapped[str] = mapped_column(default="")


class AuditWords(Base):
    """The words of an entry that may be somebody's own: kept beside the chain, which holds only their digest.

    What is destroyed at its narrator's wish takes them with it, and the chain still holds.
    """

    __tablename__ = "audit_words"

    # No reference: a trail that was cut must still open, for `archive trail verify` to say so.
    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[str] = mapped_column(index=True)  # as in the entry
    about: Mapped[str] = mapped_column(default="", index=True)
    words: Mapped[dict[str, Any]]
