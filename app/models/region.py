"""A part of a picture that readers are not shown: a face, a number plate, a house."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Versioned
from app.models.passage import RedactionReason

if TYPE_CHECKING:
    from app.models.media import MediaFile


class Region(Identified, Versioned, Base):
    """A box in a photograph, or in a film from beginning to end, covered in every copy for readers.

    Numbers are ten-thousandths of the picture's width and height as it is shown, from its upper left corner.
    """

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("x >= 0 AND y >= 0 AND width > 0 AND height > 0", name="is_a_box"),
        CheckConstraint("x + width <= 10000 AND y + height <= 10000", name="lies_within"),
    )

    media_id: Mapped[int] = mapped_column(ForeignKey("media_file.id", ondelete="CASCADE"), index=True)
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    reason: Mapped[RedactionReason]
    note: Mapped[str] = mapped_column(default="")  # for archivists only
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]

    media: Mapped[MediaFile] = relationship(back_populates="regions")

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Where it lies: x, y, width, height."""
        return self.x, self.y, self.width, self.height

    @property
    def is_in_force(self) -> bool:
        """Whether it is covered at present."""
        return self.lifted_at is None
