"""Flask-Security as this archive has it: on our sessions, with none of its pages and none of its addresses.

It makes and tries the codes of authenticator apps, makes and tries recovery codes, and says how passkeys
are asked for. What it keeps goes through our verbs; the door that called it commits.
"""

import base64
from collections.abc import Sequence
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from flask_login.utils import _user_context_processor  # type: ignore[import-untyped]
from flask_security import Security, SQLAlchemyUserDatastore, Totp, UserDatastore, WebauthnUtil
from flask_security.datastore import SQLAlchemyDatastore
from qrcode.main import QRCode  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from app import db
from app.models import Passkey, Role, User, Way
from app.services import accounts, securing

CODES = 8  # recovery codes made at once
SKEW = 30  # seconds that a phone's clock may be wrong


class Ours:
    """What Flask-Security takes for a database: the session of the request being answered."""

    @property
    def session(self) -> Session:
        """The session that a door has opened."""
        return db.session()


class Accounts(SQLAlchemyUserDatastore):
    """Our users as Flask-Security finds and changes them. Doors commit; this only flushes."""

    def __init__(self) -> None:
        SQLAlchemyDatastore.__init__(self, Ours())  # type: ignore[no-untyped-call]
        UserDatastore.__init__(self, cast(Any, User), cast(Any, Role), cast(Any, Passkey))

    def commit(self) -> None:
        """Hand what was changed to the database; the door decides whether it stays."""
        db.session().flush()

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Any:
        """The user with this value, or None."""
        return db.session().scalar(select(User).filter_by(**kwargs))

    def find_role(self, role: str) -> Any:
        """The role of this name."""
        return Role(role)

    def find_webauthn(self, credential_id: bytes) -> Any:
        """The passkey of this number, or None."""
        return securing.passkey(credential_id)

    def mf_set_recovery_codes(self, user: Any, rcs: list[str] | None) -> None:
        """Keep other recovery codes, encrypted, instead of those from before."""
        securing.new_codes(accounts.actor_of(user), rcs or [])

    def mf_delete_recovery_code(self, user: Any, idx: int) -> bool:
        """Use a recovery code up."""
        securing.use_code(user, idx)
        return True


class Authenticator(Totp):
    """Codes of an authenticator app; none opens twice."""

    def get_last_counter(self, user: Any) -> int | None:
        """Which code was the last to be used."""
        return cast(User, user).totp_counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember which code was used."""
        user.totp_counter = tmatch.counter


def init_app(app: Flask, settings: config.Settings) -> None:
    """Give the application Flask-Security, and take from it what our own doors do."""
    key = config.secret_key(settings)
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of a method)
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_USE_REGISTER_V2=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS={"1": _derived(key, "authenticator apps").decode()},
        SECURITY_TOTP_ISSUER=settings.archive_name.replace(":", " "),
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[_derived(key, "recovery codes")],
        SECURITY_WEBAUTHN=True,
        SECURITY_WAN_ALLOW_USER_HINTS=True,
        SECURITY_CLI_USERS_NAME=None,  # `archive user` is ours
        SECURITY_CLI_ROLES_NAME=None,
    )
    security = Security(app, Accounts(), register_blueprint=False, totp_cls=Authenticator)
    # Flask-Login and Flask-Principal ask at every request, static files too, who is knocking. Our gate has
    # asked already, and what they would keep in a cookie (a digest of address and browser) is not kept.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)


def new_secret() -> str:
    """The secret of an authenticator app, encrypted: so it may lie in a cookie and in the database."""
    return _security().totp_factory.generate_totp_secret()


def shown(user: User, secret: str) -> dict[str, Any]:
    """A secret as its owner needs it: letters to type, an address to open, and a drawing to scan."""
    factory = _security().totp_factory
    address = factory.get_totp_uri(user.email, secret)
    code = QRCode()
    code.add_data(address)
    squares = [
        f"M{across} {down}h1v1h-1z"
        for down, row in enumerate(code.get_matrix())
        for across, dark in enumerate(row)
        if dark
    ]
    side = len(code.get_matrix())
    key = factory.get_totp_pretty_key(secret)
    return {"key": key, "address": address, "drawing": "".join(squares), "side": side}


def code_fits(user: User, secret: str, code: str) -> bool:
    """Whether this is the app's code at this moment, never used before."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit()):
        return False
    return _security().totp_factory.verify_totp(code, secret, cast(Any, user), window=SKEW)


def way_in(user: User, said: str) -> Way | None:
    """What was given as the second step: a code of the app, a recovery code (used up by this), or neither."""
    if user.tf_totp_secret and code_fits(user, user.tf_totp_secret, said):
        return Way.TOTP
    plain = "".join(letter for letter in said.lower() if letter in "0123456789abcdef")
    written = "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
    util = _security().mf_recovery_codes_util
    if len(plain) == 12 and util.check_recovery_code(cast(Any, user), written):
        util.delete_recovery_code(cast(Any, user), written)
        return Way.RECOVERY
    return None


def new_codes(user: User) -> Sequence[str]:
    """Fresh recovery codes, instead of those from before. They are shown once."""
    return _security().mf_recovery_codes_util.create_recovery_codes(cast(Any, user))


def util() -> WebauthnUtil:
    """How passkeys are asked for."""
    return _security().webauthn_util


def _security() -> Security:
    return cast(Security, current_app.extensions["security"])


def _derived(key: str, purpose: str) -> bytes:
    """A key for one purpose: whoever has it knows neither the archive's own nor another."""
    made = HKDF(hashes.SHA256(), 32, salt=None, info=f"archive {purpose}".encode()).derive(key.encode())
    return base64.urlsafe_b64encode(made)
