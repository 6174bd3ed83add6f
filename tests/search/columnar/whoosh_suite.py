"""Runs Whoosh's own tests on indexes of columns.

usage: python -m tests.search.columnar.whoosh_suite FOLDER [PYTEST ARGUMENTS]

FOLDER is the unpacked source distribution (``pip download --no-deps --no-binary :all: whoosh3==3.54.0``).
Its tests create indexes by ``whoosh.index``, ``FileStorage`` and ``RamStorage``: here these make indexes of
columns, those in memory in a temporary folder.
"""

import subprocess
import sys
from pathlib import Path

SHIM = """
import atexit, shutil, tempfile

import whoosh.codec.memory  # keeps the real storage in memory
from whoosh import index
from whoosh.filedb import filestore

from app.search.columnar import ColumnarIndex, ColumnarStorage, create_in, open_dir


class Ram(ColumnarStorage):
    def __init__(self):
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, True)
        super().__init__(folder)

    def create(self):
        return self


filestore.RamStorage = Ram
filestore.FileStorage.create_index = ColumnarStorage.create_index
filestore.FileStorage.open_index = ColumnarStorage.open_index
index.create_in = lambda folder, schema, indexname=None: create_in(folder, schema, indexname or "MAIN")
index.open_dir = lambda folder, indexname=None, readonly=False, schema=None: open_dir(
    folder, indexname or "MAIN", schema
)
index.FileIndex.create = classmethod(
    lambda cls, storage, schema, indexname="MAIN": ColumnarIndex.create(storage, schema, indexname)
)
"""
RUN = (
    *(
        "classify",
        "codecs",
        "collector",
        "columns",
        "fields",
        "flexible",
        "highlighting",
        "indexing",
        "matching",
    ),
    *(
        "misc",
        "nested",
        "parsing",
        "phonetic",
        "postings",
        "quality",
        "queries",
        "reading",
        "results",
        "searching",
    ),
    *("sorting", "spans", "spelling", "vectors", "weightings", "writing"),
)
CANNOT = {  # what these tests look at is another codec's, or the inside of Whoosh's own writer
    "test_codecs.py::test_plaintext_codec": "asks for another codec",
    "test_codecs.py::test_corrupt_postings_block_raises_clear_error": "changes another codec's files",
    "test_codecs.py::test_tiny_blocks_stored_uncompressed_round_trip": "looks into another codec's files",
    "test_columns.py::test_varbytes_offsets": "looks into the reader of another codec",
    "test_indexing.py::test_version_in": "wants the release of Whoosh's own table of contents",
    "test_indexing.py::test_ramstorage_temp_storage_is_in_memory": "indexes in memory are in a folder here",
    "test_queries.py::test_multiterm_boost_propagates_to_score": "wants BM25F, not the one score",
    "test_results.py::test_lengths": "wants a total that is not exact; ours always is",
    "test_sorting.py::test_add_sortable": "adds a column to the files of another codec",
    "test_writing.py::test_add_reader": "wants merged documents behind the new ones; here they stay in order",
    "test_writing.py::test_commit_failure_releases_writelock": "replaces a method of Whoosh's own writer",
    "test_writing.py::test_cancel_failure_releases_writelock": "replaces a method of Whoosh's own writer",
}


def main() -> int:
    folder = Path(sys.argv[1]) / "tests"
    (folder / "conftest.py").write_text(SHIM)
    files = [str(folder / f"test_{name}.py") for name in RUN]
    without = [f"--deselect={folder.name}/{name}" for name in CANNOT]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *without,
        *sys.argv[2:],
        *files,
    ]
    return subprocess.run(command, cwd=folder.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
