"""What the archive does: the verbs. Nothing here knows of HTTP, and nothing commits."""
