"""A columnar codec for Whoosh: indexes of whole arrays in memory-mapped files, and searching in strides.

Knows nothing of the archive, and nothing of the rest of ``app.search``. ``create_in`` and ``open_dir`` take
the place of the functions of the same names in ``whoosh.index``.
"""

from app.search.columnar.columnfile import Damaged
from app.search.columnar.indexing import ColumnarIndex, ColumnarStorage, create_in, open_dir

__all__ = ["ColumnarIndex", "ColumnarStorage", "Damaged", "create_in", "open_dir"]
