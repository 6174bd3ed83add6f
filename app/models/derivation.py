"""How far the copies of an original have come: what the workbench shows while they are made."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Numbered
from app.models.media import MediaFile


class DerivationState(StrEnum):
    """Where the making of copies stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Derivation(Numbered, Base):
    """The making of one set of copies of an original: the plain ones, or those with certain edits."""

    __tablename__ = "derivation"
    __table_args__ = (UniqueConstraint("media_id", "recipe"),)

    media_id: Mapped[int] = mapped_column(ForeignKey(MediaFile.id, ondelete="CASCADE"))
    recipe: Mapped[str] = mapped_column(default="")  # "": plain; else the digest of the edits
    edits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is silenced, covered, disguised
    program: Mapped[int] = mapped_column(default=0)  # the version of our making that made them
    state: Mapped[DerivationState] = mapped_column(default=DerivationState.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(default="")  # it failed: a sentence for archivists
    keys: Mapped[list[Any]] = mapped_column(default=list)  # of files on their way into the store
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    media: Mapped[MediaFile] = relationship()
