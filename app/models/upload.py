"""A file given with an account, from its first byte in the anteroom to its place among the originals."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Identified

if TYPE_CHECKING:
    from app.models.submission import Submission


class UploadState(StrEnum):
    """How far a file has come."""

    ARRIVING = "arriving"  # how much of it is here, the anteroom's file says
    WHOLE = "whole"  # every byte is here; it waits to be looked at
    RECEIVED = "received"  # looked at and kept
    REFUSED = "refused"


class Upload(Identified, Base):
    """A file on its way in. Its identifier is its name in the anteroom."""

    __tablename__ = "upload"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    state: Mapped[UploadState] = mapped_column(default=UploadState.ARRIVING)
    name: Mapped[str] = mapped_column(default="")  # as the sender called it; sealed with the original
    size: Mapped[int] = mapped_column(BigInteger)  # bytes it will have, as announced
    kind: Mapped[str] = mapped_column(default="")  # audio, video, image, text: as found by looking
    mimetype: Mapped[str] = mapped_column(default="")
    key: Mapped[str] = mapped_column(default="")  # where the store keeps it
    sha256: Mapped[str] = mapped_column(default="")
    duration_ms: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")  # why it was refused
    expires_on: Mapped[date]  # an unfinished file is removed on this day

    submission: Mapped[Submission] = relationship(back_populates="uploads")
