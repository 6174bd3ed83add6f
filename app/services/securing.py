"""What keeps an account its owner's: the password, the authenticator app, recovery codes, passkeys."""

from dataclasses import dataclass

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Passkey, User
from app.models.user import new_uniquifier
from app.policy import Action, Actor, require
from app.services import accounts, auditing, signing_in

NAME = 100  # characters of a passkey's name
MOST = 20  # passkeys of one account


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a device handed over, after it was verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


def change_password(actor: Actor, password: str, this: str) -> None:
    """Another password. Every other browser than ``this`` is signed out. Raises Invalid with why not."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    accounts.refuse_unfit(password, user.email, user.name)
    set_password(user, password)
    count = signing_in.end_all(user, keep=this)
    auditing.note(actor, "user.set_password", f"user:{user.identifier}", ended=count)


def set_password(user: User, password: str) -> None:
    """The password itself; what was begun with the old one cannot be gone on with."""
    user.password_hash = accounts.hashed(password)
    user.fs_uniquifier = new_uniquifier()
    session().flush()


def keep_app(actor: Actor, secret: str) -> User:
    """Ask for codes of an authenticator app from now on. ``secret`` is encrypted already."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    another = bool(user.tf_totp_secret)
    user.tf_totp_secret = secret
    session().flush()
    auditing.note(actor, "user.add_factor", f"user:{user.identifier}", factor="app", another=another)
    return user


def drop_app(actor: Actor) -> None:
    """Ask for no codes any more. Raises Conflict when none are asked for."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    if not user.tf_totp_secret:
        raise Conflict("There is no authenticator app to remove.")
    user.tf_totp_secret = user.totp_counter = None
    _forget_codes(user)
    session().flush()
    auditing.note(actor, "user.remove_factor", f"user:{user.identifier}", factor="app")


def new_codes(actor: Actor, codes: list[str]) -> None:
    """Keep other recovery codes, encrypted already, instead of those from before."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    if not user.has_second_factor:
        raise Conflict("Recovery codes stand in for a second step; there is none yet.")
    user.mf_recovery_codes = codes
    session().flush()
    auditing.note(actor, "user.add_factor", f"user:{user.identifier}", factor="recovery codes")


def use_code(user: User, place: int) -> None:
    """Use up the recovery code at this place: it opens no second time."""
    codes = list(user.mf_recovery_codes)
    codes.pop(place)
    user.mf_recovery_codes = codes
    session().flush()


def keep_passkey(actor: Actor, made: NewPasskey, name: str) -> Passkey:
    """Keep a passkey. Raises Conflict when it is kept already, Invalid when there are too many."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    if len(user.webauthn) >= MOST:
        raise Invalid(f"An account has at most {MOST} passkeys. Remove one to add another.")
    if session().scalar(select(Passkey).filter_by(credential_id=made.credential_id)):
        raise Conflict("This passkey is known already.")
    passkey = Passkey(
        user=user,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=list(made.transports),
        name=name.strip()[:NAME],
    )
    session().add(passkey)
    session().flush()
    auditing.note(actor, "user.add_factor", f"user:{user.identifier}", factor="passkey")
    return passkey


def drop_passkey(actor: Actor, identifier: str) -> None:
    """Remove a passkey of one's own. Raises NotFound."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    found = next((passkey for passkey in user.webauthn if passkey.identifier == identifier), None)
    if found is None:
        raise NotFound("There is no such passkey.")
    user.webauthn.remove(found)
    session().delete(found)
    _forget_codes(user)
    session().flush()
    auditing.note(actor, "user.remove_factor", f"user:{user.identifier}", factor="passkey")


def passkey(credential_id: bytes) -> Passkey | None:
    """The passkey of this number, where its user may sign in."""
    found = session().scalar(select(Passkey).filter_by(credential_id=credential_id))
    return found if found and found.user.is_active else None


def used_passkey(credential_id: bytes, sign_count: int) -> None:
    """Note the day a passkey was used, and what its device has counted. Raises NotFound."""
    found = passkey(credential_id)
    if found is None:
        raise NotFound("There is no such passkey.")
    found.sign_count, found.last_used_on = sign_count, clock.today()
    session().flush()


def drop_all(user: User) -> None:
    """Remove every second step: for somebody who has lost theirs."""
    for one in list(user.webauthn):
        user.webauthn.remove(one)
        session().delete(one)
    user.tf_totp_secret = user.totp_counter = None
    user.mf_recovery_codes = []
    session().flush()


def _forget_codes(user: User) -> None:
    """Recovery codes go with the last thing they stand in for."""
    if not user.has_second_factor:
        user.mf_recovery_codes = []
