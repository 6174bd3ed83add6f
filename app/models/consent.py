"""What a narrator allows, use by use, and takes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified


class Consent(Identified, Base):
    """One statement of consent. A later one replaces it (``replaced_at``); none is ever edited."""

    __tablename__ = "consent"

    testimony_id: Mapped[int | None] = mapped_column(
        ForeignKey("testimony.id", ondelete="CASCADE"), index=True
    )
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    given_by: Mapped[str] = mapped_column(default="narrator")  # or in whose place, and in what capacity
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    reading: Mapped[bool] = mapped_column(default=False)
    quoting: Mapped[bool] = mapped_column(default=False)
    teaching: Mapped[bool] = mapped_column(default=False)
    machines: Mapped[bool] = mapped_column(default=False)  # research with machines
    courts: Mapped[bool] = mapped_column(default=False)  # courts and investigators
    access: Mapped[str] = mapped_column(default="closed")  # who may read
    disguise: Mapped[bool] = mapped_column(default=False)  # voices are heard in disguise
    open_from: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")  # who decides if the narrator cannot
    words: Mapped[str] = mapped_column(default="")  # the sentences that were agreed to
    replaced_at: Mapped[datetime | None]
