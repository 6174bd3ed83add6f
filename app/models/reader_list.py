"""A list of passages that somebody with an account keeps."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Identified
from app.models.user import User


class ReaderList(Identified, Base):
    """Places and notes, in their owner's order: no words of testimony. It goes with its account."""

    __tablename__ = "reader_list"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(default="")
    passages: Mapped[list[Any]] = mapped_column(JSON, default=list)  # pairs of a place and a note
    is_shared: Mapped[bool] = mapped_column(default=False)  # whoever has its address may read it

    user: Mapped[User] = relationship()
