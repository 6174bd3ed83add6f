"""What roles and ways of signing in are called."""

from flask_babel import lazy_gettext as _l

from app.models import Role, Way

ROLES = {
    Role.READER: _l("reader"),
    Role.SUBMITTER: _l("submitter"),
    Role.ARCHIVIST: _l("archivist"),
    Role.LEAD_ARCHIVIST: _l("lead archivist"),
    Role.ADMINISTRATOR: _l("administrator"),
}

WAYS = {
    Way.PASSWORD: _l("with the password"),
    Way.TOTP: _l("with the password and a code"),
    Way.RECOVERY: _l("with the password and a recovery code"),
    Way.PASSKEY: _l("with a passkey"),
}
