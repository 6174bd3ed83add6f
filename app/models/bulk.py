"""One change made to many testimonies at once: what, to which, how far it has come, and what was before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, Versioned


class BulkAction(StrEnum):
    """What can be done to many at once."""

    TAG = "tag"
    UNTAG = "untag"
    SET_ACCESS = "set_access"
    SET_COLLECTION = "set_collection"


class BulkState(StrEnum):
    """How far a change of many has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class BulkChange(Identified, Versioned, Base):
    """A change of many testimonies, done by the worker and undone by it."""

    __tablename__ = "bulk_change"

    action: Mapped[BulkAction]
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chosen_by: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the search they were chosen by
    state: Mapped[BulkState] = mapped_column(default=BulkState.QUEUED, index=True)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str]  # a user's identifier
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class BulkItem(Base):
    """One testimony of a bulk change; ``before`` is what undoing puts back, None until it was changed."""

    __tablename__ = "bulk_item"
    __table_args__ = ({"sqlite_with_rowid": False},)

    bulk_id: Mapped[int] = mapped_column(
        ForeignKey(BulkChange.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    testimony_id: Mapped[int] = mapped_column(
        ForeignKey("testimony.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    before: Mapped[dict[str, Any] | None]
    refused: Mapped[str] = mapped_column(default="")  # why it could not be changed or put back
