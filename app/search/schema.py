"""The version of all that is written to disk."""

VERSION = 2  # raise it when analysis, fields or formats change
