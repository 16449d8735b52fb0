"""What identity tells. The subject is the user id; ids only, never a name, an address or a secret."""

from marshmallow import fields

from chassis.events import Event
from chassis.schemas import Strict


class RegistrationReceived(Strict):
    registration_id = fields.UUID(required=True)


class RecoveryRequested(Strict):
    recovery_id = fields.UUID(required=True)


class MessageWritten(Strict):
    message_id = fields.UUID(required=True)


class AboutUser(Strict):
    user_id = fields.UUID(required=True)


class ContactChangeAsked(Strict):
    user_id = fields.UUID(required=True)
    change_id = fields.UUID(required=True)


class AboutLink(Strict):
    user_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    role = fields.String(required=True)


class AboutSession(Strict):
    user_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)


# Somebody asked to register; nothing is known yet, so the subject is the registration. Identity's own errand listens.
registration_received = Event(
    "identity", "registration_received", 1, RegistrationReceived, promised=False, handled=True
)

# Somebody has forgotten a password or a user ID; whose it is, is not known yet, so the subject is the recovery.
recovery_requested = Event("identity", "recovery_requested", 1, RecoveryRequested, promised=False, handled=True)

# A mail or a text waits for notifications to take it. The subject is the message.
message_written = Event("identity", "message_written", 1, MessageWritten, promised=False, handled=True)

# A person who matched an account has a user now. The user cannot sign in before the e-mail is verified.
user_registered = Event("identity", "user_registered", 1, AboutUser, handled=True)

# The link in the mail was opened: the address is the user's. Identity's own errand passes the contact points on.
email_verified = Event("identity", "email_verified", 1, AboutUser, handled=True)

# The user may act on the account in this role; access tokens carry it from the next one on.
account_linked = Event("identity", "account_linked", 1, AboutLink, handled=True)

# The user may no longer act on the account; access tokens issued before live on for five minutes at most.
account_unlinked = Event("identity", "account_unlinked", 1, AboutLink, handled=True)

# The user wants to be written to elsewhere; identity itself asks both ends.
contact_change_asked = Event(
    "identity", "contact_change_asked", 1, ContactChangeAsked, promised=False, handled=True
)  # fmt: skip

# The user's name or a contact point is another one now; who needs it asks, or is told by identity's own errand.
contact_changed = Event("identity", "contact_changed", 1, AboutUser, handled=True)

# The user has another password; every session opened before has ended.
password_changed = Event("identity", "password_changed", 1, AboutUser, handled=True)

# The user signed in.
session_opened = Event("identity", "session_opened", 1, AboutSession, handled=True)
