"""Media files: sealed originals, and the copies made from them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified

if TYPE_CHECKING:
    from app.models.region import Region
    from app.models.testimony import Testimony


class MediaFile(Identified, Base):
    """A file in the store. ``use`` says what for: original, access, redacted, thumbnail, waveform, poster.

    A copy has the kind of its original: the poster of a film is of kind video, and is withheld with it.
    """

    __tablename__ = "media_file"

    testimony_id: Mapped[int | None] = mapped_column(
        ForeignKey("testimony.id", ondelete="CASCADE"), index=True
    )
    original_id: Mapped[int | None] = mapped_column(ForeignKey("media_file.id", ondelete="CASCADE"))
    use: Mapped[str]
    variant: Mapped[str] = mapped_column(default="")  # of a copy: opus, 720p, thumb-webp ...
    page: Mapped[int | None]  # of a paper, from 1
    recipe: Mapped[str] = mapped_column(default="")  # of a copy: "" for plain, else the digest of its edits
    kind: Mapped[str]  # audio, video, image, text
    mimetype: Mapped[str]
    key: Mapped[str]  # where the store keeps it
    name: Mapped[str] = mapped_column(default="")  # sealed with the original, never shown
    caption: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    duration_ms: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    technical: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of an original: codecs, rates, ...
    is_open: Mapped[bool] = mapped_column(default=False)  # of an original: readers are given its copies
    is_withheld: Mapped[bool] = mapped_column(default=False)
    withheld_for: Mapped[str] = mapped_column(default="")  # the RedactionReason that readers are told
    deposited_at: Mapped[datetime] = mapped_column(default=clock.now)

    testimony: Mapped[Testimony | None] = relationship(back_populates="media")
    regions: Mapped[list[Region]] = relationship(  # of an original
        back_populates="media", cascade="all, delete-orphan", order_by="Region.id"
    )
