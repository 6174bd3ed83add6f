"""Passkeys: what a browser is asked for, and whether what it hands back is true (WebAuthn, level 2).

The challenge lies in the signed cookie of the browser that was asked, and is good once, for ten minutes.
"""

from datetime import datetime, timedelta
from typing import Any

import webauthn
from flask import request, session
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app import clock
from app.errors import Invalid
from app.models import Passkey, User
from app.services import securing
from app.services.securing import NewPasskey
from app.web.account import security
from app.web.visitor import archive

GOOD_FOR = timedelta(minutes=10)
REFUSED = "This passkey could not be used. Try again, or sign in another way."
UNTRUE = (WebAuthnException, KeyError, TypeError, ValueError)


def to_make(user: User) -> str:
    """What a browser is asked for when a passkey is to be added, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=archive().settings.archive_name,
        user_name=user.email,
        user_display_name=user.name,
        user_id=user.fs_webauthn_user_handle.encode(),
        challenge=_challenge(),
        exclude_credentials=_known(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def made(credential: str) -> NewPasskey:
    """The passkey that a browser made. Raises Invalid when it is not what was asked for."""
    challenge = _asked()
    try:
        parsed = parse_registration_credential_json(credential)
        verified = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=security.util().origin(),
        )
    except UNTRUE:
        raise Invalid("This passkey could not be added. Try again.") from None
    return NewPasskey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=tuple(way.value for way in parsed.response.transports or ()),
    )


def to_show(user: User | None = None) -> str:
    """What a browser is asked for when somebody signs in with a passkey, as JSON.

    Without a user the device must make sure who holds it (by a finger, a face, a PIN): then a passkey is
    both steps at once. As a second step after the password that it is there is enough.
    """
    needed = UserVerificationRequirement.DISCOURAGED if user else UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=_challenge(),
        allow_credentials=_known(user) if user else [],
        user_verification=needed,
    )
    return webauthn.options_to_json(options)


def shown(credential: str, user: User | None = None) -> tuple[Passkey, int]:
    """The passkey a browser has shown, and its new count. Raises Invalid when it proves nothing.

    With a user it must be one of theirs; without one the device must have made sure who holds it.
    """
    challenge = _asked()
    try:
        parsed = parse_authentication_credential_json(credential)
        passkey = securing.passkey(parsed.raw_id)
        if passkey is None or (user and passkey.user_id != user.id):
            raise Invalid(REFUSED)
        handle = parsed.response.user_handle
        if handle and handle != passkey.user.fs_webauthn_user_handle.encode():
            raise Invalid(REFUSED)
        verified = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=security.util().origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=user is None,
        )
    except UNTRUE:
        raise Invalid(REFUSED) from None
    return passkey, verified.new_sign_count


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    ways: Any = AuthenticatorTransport._value2member_map_
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id, transports=[ways[way] for way in one.transports if way in ways]
        )
        for one in user.webauthn
    ]


def _host() -> str:
    return request.host.partition(":")[0]


def _challenge() -> bytes:
    challenge = security.util().generate_challenge(32)
    session["passkey_asked"] = {"challenge": challenge, "at": clock.now().isoformat()}
    return challenge.encode()


def _asked() -> bytes:
    asked = session.pop("passkey_asked", None)
    if not asked or clock.now() - datetime.fromisoformat(asked["at"]) > GOOD_FOR:
        raise Invalid("This page was open too long. Try again.")
    return str(asked["challenge"]).encode()
