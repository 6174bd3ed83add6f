"""Places, under every name the archive knows them by."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Identified, Numbered, Versioned


class Place(Identified, Versioned, Base):
    """A place; coordinates in degrees (WGS 84) where they are known."""

    __tablename__ = "place"

    name: Mapped[str] = mapped_column(index=True)
    region: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    ref: Mapped[str] = mapped_column(default="", index=True)
    invented: Mapped[bool] = mapped_column(default=False)
    # The place this one was found to be; can be undone.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)

    merged_into: Mapped[Place | None] = relationship(remote_side="Place.id", back_populates="merged")
    merged: Mapped[list[Place]] = relationship(back_populates="merged_into", order_by="Place.id")
    names: Mapped[list[PlaceName]] = relationship(back_populates="place", cascade="all, delete-orphan")

    @property
    def in_use(self) -> Place:
        """The place that stands for this one: itself, unless it was merged."""
        return self.merged_into.in_use if self.merged_into else self

    @property
    def everyone(self) -> tuple[Place, ...]:
        """This place and all that were merged into it, near and far."""
        return (self, *(one for merged in self.merged for one in merged.everyone))

    @property
    def other_names(self) -> tuple[str, ...]:
        """Every other name of it, also of those found to be the same place."""
        forms = [form for one in self.everyone for form in (one.name, *(name.form for name in one.names))]
        return tuple(form for form in dict.fromkeys(forms) if form != self.name)


class PlaceName(Numbered, Base):
    """A variant of a place's name, in any script."""

    __tablename__ = "place_name"

    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id, ondelete="CASCADE"), index=True)
    form: Mapped[str]

    place: Mapped[Place] = relationship(back_populates="names")
