"""Every setting of the archive, its default, and what it is for. Values come from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent
GIB = 2**30
THREADS = 256  # that answer readers, in each process
LISTENERS = 224  # of these threads, how many recordings may hold at a time: the others answer pages


@dataclass(frozen=True)
class Settings:
    """One archive's settings. Back ends are addresses: moving house changes an address, nothing else."""

    home: Path  # ARCHIVE_HOME: the folder that holds database, media/ and search_index/
    database_url: str = ""  # DATABASE_URL: sqlite:///path or postgresql+psycopg://host/name
    storage_url: str = ""  # STORAGE_URL: file:///path, where media are kept
    replica_url: str = ""  # REPLICA_URL: file:///path on another disk, where originals are kept a second time
    search_url: str = ""  # SEARCH_URL: whoosh:///path, where the indexes are kept
    ledger: str = ""  # LEDGER: the file that withdrawals are written to, outside every backup
    archive_name: str = "Testimony Archive"  # ARCHIVE_NAME: shown on every page and in citations
    base_url: str = ""  # BASE_URL: the public address, for feeds, sitemap and citations
    trusted_hosts: tuple[str, ...] = ()  # TRUSTED_HOSTS: names this archive answers to (comma-separated)
    secure_cookies: bool = False  # SECURE_COOKIES: "1" when served over https only
    x_accel: str = ""  # X_ACCEL: nginx's internal location of media/, when nginx hands the files over
    demonstration: bool = False  # ARCHIVE_DEMONSTRATION: "1" says on every page that it is invented
    leave_address: str = ""  # LEAVE_ADDRESS: where "Leave this page" leads; an empty page of ours otherwise
    upload_largest: int = 4 * GIB  # UPLOAD_LARGEST: bytes of one file given with an account
    upload_quota: int = 12 * GIB  # UPLOAD_QUOTA: bytes of all files given with one account
    upload_files: int = 50  # UPLOAD_FILES: how many files may be given with one account
    disk_reserve: int = GIB // 2  # DISK_RESERVE: bytes that uploads leave free on the disk
    silence_guard: int = 500  # SILENCE_GUARD: ms silenced beside withheld lines: times are not exact
    flood: int = 200  # FLOOD: accounts sent in a day before further ones are set aside
    secret_key: str = field(default="", repr=False)  # SECRET_KEY: else made once and kept in the home

    def __post_init__(self) -> None:
        """Fill the addresses that were not given from the home folder."""
        for name, default in {
            "database_url": f"sqlite:///{self.home / 'archive.sqlite'}",
            "storage_url": f"file://{self.home / 'media'}",
            "search_url": f"whoosh://{self.home / 'search_index'}",
            "ledger": str(self.home / "withdrawals.jsonl"),
        }.items():
            if not getattr(self, name):
                object.__setattr__(self, name, default)


NUMBERS = ("upload_largest", "upload_quota", "upload_files", "disk_reserve", "flood", "silence_guard")


def default_home() -> Path:
    """The project's root in a checkout; the working folder where the package is installed."""
    return ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the archive this process belongs to."""
    home = Path(environ.get("ARCHIVE_HOME") or default_home()).resolve()
    return Settings(
        home=home,
        database_url=environ.get("DATABASE_URL", ""),
        storage_url=environ.get("STORAGE_URL", ""),
        replica_url=environ.get("REPLICA_URL", ""),
        search_url=environ.get("SEARCH_URL", ""),
        ledger=environ.get("LEDGER", ""),
        archive_name=environ.get("ARCHIVE_NAME", Settings.archive_name),
        base_url=environ.get("BASE_URL", "").rstrip("/"),
        trusted_hosts=tuple(h for h in environ.get("TRUSTED_HOSTS", "").split(",") if h),
        secure_cookies=environ.get("SECURE_COOKIES") == "1",
        x_accel=environ.get("X_ACCEL", ""),
        demonstration=environ.get("ARCHIVE_DEMONSTRATION") == "1",
        leave_address=environ.get("LEAVE_ADDRESS", ""),
        secret_key=environ.get("SECRET_KEY", ""),
        **{name: int(environ.get(name.upper()) or getattr(Settings, name)) for name in NUMBERS},
    )


def to_environment(settings: Settings) -> dict[str, str]:
    """The variables from which a child process makes the same settings."""
    return {
        "ARCHIVE_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "STORAGE_URL": settings.storage_url,
        "REPLICA_URL": settings.replica_url,
        "SEARCH_URL": settings.search_url,
        "LEDGER": settings.ledger,
        "ARCHIVE_NAME": settings.archive_name,
        "BASE_URL": settings.base_url,
        "TRUSTED_HOSTS": ",".join(settings.trusted_hosts),
        "SECURE_COOKIES": "1" if settings.secure_cookies else "",
        "X_ACCEL": settings.x_accel,
        "ARCHIVE_DEMONSTRATION": "1" if settings.demonstration else "",
        "LEAVE_ADDRESS": settings.leave_address,
        "SECRET_KEY": settings.secret_key,
        **{name.upper(): str(getattr(settings, name)) for name in NUMBERS},
    }


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: from the environment, or made once and kept readable by us alone."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        settings.home.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(48)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(made)
        return made
