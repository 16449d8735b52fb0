"""Forgotten passwords and user IDs, and changing a password."""

from chassis.context import AGENT, CUSTOMER
from chassis.schemas import Nothing
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from services.identity.contract import recovery as identity

RECOVERIES = Limit("recoveries", "REGISTRATIONS_PER_MINUTE")
PASSWORDS = Limit("passwords", "SESSIONS_PER_MINUTE")
CHECK_YOUR_MAIL = {"status": "check_your_mail"}


@route(
    "POST", "/v1/password-resets", operation="requestPasswordReset", status=202, tags=("identity",), limit=RECOVERIES,
    takes=identity.RequestPasswordReset, gives=identity.Recovery, summary="Ask for a link to a new password",
    sends={"email": "jane@example.com"}, example=CHECK_YOUR_MAIL,
)  # fmt: skip
def request_password_reset(call: HttpCall) -> Reply:
    """The answer is the same for every address. A mail goes to the address on file, three in an hour at most; each
    makes the links before it worthless.
    """
    return call.relay("identity", "request_password_reset", **call.body)


@route(
    "POST", "/v1/password-resets/confirm", operation="resetPassword", status=204, tags=("identity",), limit=RECOVERIES,
    takes=identity.ResetPassword, gives=Nothing, summary="Choose a new password with the token from the mail",
    sends={"token": "c3ByaW5nLXRoYXctcm9hZA", "password": "harbour bell thursday eleven"},
    errors=("reset_not_valid", "reset_expired", "reset_used"),
)  # fmt: skip
def reset_password(call: HttpCall) -> Reply:
    """The link works once and for 60 minutes. Every session ends and nobody is signed in by it: a second factor, where
    there is one, is asked for at the next sign-in as before.
    """
    return call.relay("identity", "reset_password", **call.body)


@route(
    "POST", "/v1/user-id-reminders", operation="requestUserIdReminder", status=202, tags=("identity",),
    limit=RECOVERIES, takes=identity.RequestUserIdReminder, gives=identity.Recovery, example=CHECK_YOUR_MAIL,
    summary="Ask for your user ID by mail", sends={"email": "jane@example.com"},
)  # fmt: skip
def request_user_id_reminder(call: HttpCall) -> Reply:
    """The answer is the same for every address; the user ID goes to the address on file."""
    return call.relay("identity", "request_user_id_reminder", **call.body)


@route(
    "POST", "/v1/me/password", operation="changePassword", status=204, tags=("identity",), who=(CUSTOMER, AGENT),
    limit=PASSWORDS, takes=identity.ChangePassword, gives=Nothing, summary="Change your password",
    sends={"password": "ferry lantern orchard nine", "new_password": "harbour bell thursday eleven"},
    errors=("current_password_wrong", "too_many_attempts", "not_found"),
)  # fmt: skip
def change_password(call: HttpCall) -> Reply:
    """You are signed out everywhere, here too: sign in with the new password. A mail tells of the change."""
    return call.relay("identity", "change_password", **call.body)


@route(
    "POST", "/v1/password-checks", operation="judgePassword", tags=("identity",), limit=PASSWORDS,
    takes=identity.JudgePassword, gives=identity.JudgedPassword, summary="See how strong a new password would be",
    sends={"password": "harbour bell thursday eleven", "email": "jane@example.com"},
    example={"is_acceptable": True, "strength": "strong", "code": None, "detail": None},
)  # fmt: skip
def judge_password(call: HttpCall) -> Reply:
    """For a page that shows it while somebody types. Nothing is kept."""
    return call.relay("identity", "judge_password", **call.body)


ROUTES = (request_password_reset, reset_password, request_user_id_reminder, change_password, judge_password)
