"""Registration: an account is claimed, an e-mail address is verified."""

from chassis.schemas import Nothing
from gateway.limits import Limit
from gateway.negotiating import preferred_language
from gateway.routing import HttpCall, Reply, route
from services.identity.contract import schemas as identity
from services.notifications.contract.schemas import LANGUAGES

REGISTRATIONS = Limit("registrations", "REGISTRATIONS_PER_MINUTE")


@route(
    "POST", "/v1/registrations", operation="register", status=202, tags=("identity",), limit=REGISTRATIONS,
    takes=identity.Register, gives=identity.Registration, summary="Claim an account and choose a password",
    sends={
        "account_number": "5500123456", "first_name": "Jane", "last_name": "Driver", "email": "jane@example.com",
        "ssn_last4": "1234", "password": "ferry lantern orchard nine", "accepted_terms": "2026-01",
    },
    example={"status": "check_your_mail"},
)  # fmt: skip
def register(call: HttpCall) -> Reply:
    """The answer is the same for everybody; whether anything matched shows only in the mailbox.

    Mails are in `language`, else in that of Accept-Language where we write it, else in English.
    """
    language = call.body["language"] or preferred_language(call.headers, offered=LANGUAGES)
    return call.relay("identity", "register", **{**call.body, "language": language})


@route(
    "POST", "/v1/email-verifications", operation="verifyEmail", status=204, tags=("identity",), limit=REGISTRATIONS,
    takes=identity.VerifyEmail, gives=Nothing, summary="Verify an e-mail address with the token from the mail",
    sends={"token": "c3ByaW5nLXRoYXctcm9hZA"},
    errors=("verification_not_valid", "verification_expired", "verification_used"),
)  # fmt: skip
def verify_email(call: HttpCall) -> Reply:
    """The link in the mail carries the token; a page or an app takes it out and sends it here."""
    return call.relay("identity", "verify_email", **call.body)


ROUTES = (register, verify_email)
