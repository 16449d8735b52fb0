"""Passkeys: a person's own list of them, and signing in with one."""

from typing import Any

from chassis.context import AGENT, CUSTOMER
from chassis.schemas import Nothing
from gateway import slicing
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from gateway.slicing import Passkeys, Slice, sliced
from services.identity.contract import passkeys as identity
from services.identity.contract import schemas

PASSKEYS = Limit("passkeys", "SESSIONS_PER_MINUTE")
PERSONS = (CUSTOMER, AGENT)
PASSKEY = {
    "id": examples.PASSKEY_ID, "label": "Pixel 9", "added_at": "2026-11-23T15:00:00.000Z", "last_used_at": None,
}  # fmt: skip
CHALLENGE = "dGhlLXF1aWV0LWhhcmJvdXItYXQtZGF3bi1vZi1hLWRheQ"
_CREDENTIAL: dict[str, Any] = {
    "id": "a2V5LW9mLWEtdGVsZXBob25l", "rawId": "a2V5LW9mLWEtdGVsZXBob25l", "type": "public-key",
    "clientExtensionResults": {},
}  # fmt: skip
_CLIENT_DATA = "eyJ0eXBlIjoid2ViYXV0aG4ifQ"


@route(
    "GET", "/v1/me/passkeys", operation="listPasskeys", tags=("identity",), who=PERSONS, query=Slice, gives=Passkeys,
    summary="Your passkeys", example=examples.page_of(PASSKEY),
)  # fmt: skip
def list_passkeys(call: HttpCall) -> Reply:
    found = call.ask("identity", "list_passkeys").data["data"]
    return Reply(sliced(found, query=call.query, order=slicing.PASSKEYS))


@route(
    "POST", "/v1/me/passkeys/options", operation="beginAddingPasskey", tags=("identity",), who=PERSONS, steps_up=True,
    limit=PASSKEYS, gives=identity.Ceremony, summary="Begin to add a passkey",
    errors=("too_many_passkeys", "not_found"),
    example={"options": {"challenge": CHALLENGE, "rp": {"id": "captive.example", "name": "Kia Finance America"}}},
)  # fmt: skip
def begin_adding_passkey(call: HttpCall) -> Reply:
    """Give `options` to `PublicKeyCredential.parseCreationOptionsFromJSON` and then to the browser."""
    return call.relay("identity", "begin_adding_passkey")


@route(
    "POST", "/v1/me/passkeys", operation="addPasskey", status=201, tags=("identity",), who=PERSONS, steps_up=True,
    limit=PASSKEYS, takes=identity.AddPasskey, gives=identity.Passkey, summary="Add the passkey that the browser made",
    sends={
        "label": "Pixel 9",
        "credential": {
            **_CREDENTIAL, "response": {"clientDataJSON": _CLIENT_DATA, "attestationObject": "o2NmbXRkbm9uZQ"},
        },
    },
    example=PASSKEY, errors=("passkey_not_right", "not_found"),
)  # fmt: skip
def add_passkey(call: HttpCall) -> Reply:
    """`credential` is what `toJSON()` of the browser's answer gives."""
    return call.relay("identity", "add_passkey", **call.body)


@route(
    "DELETE", "/v1/me/passkeys/{passkey_id}", operation="removePasskey", status=204, tags=("identity",), who=PERSONS,
    steps_up=True, gives=Nothing, summary="Remove a passkey",
)  # fmt: skip
def remove_passkey(call: HttpCall) -> Reply:
    return call.relay("identity", "remove_passkey", passkey_id=call.path["passkey_id"])


@route(
    "POST", "/v1/sessions/passkey/options", operation="beginPasskeySession", rank=Rank.FIRST, tags=("identity",),
    limit=PASSKEYS, gives=identity.Ceremony, summary="Begin to sign in with a passkey",
    example={"options": {"challenge": CHALLENGE, "rpId": "captive.example", "userVerification": "required"}},
)  # fmt: skip
def begin_passkey_session(call: HttpCall) -> Reply:
    """Give `options` to `PublicKeyCredential.parseRequestOptionsFromJSON` and then to the browser."""
    return call.relay("identity", "begin_passkey_session")


@route(
    "POST", "/v1/sessions/passkey", operation="openPasskeySession", rank=Rank.FIRST, status=201, tags=("identity",),
    limit=PASSKEYS, takes=identity.UsePasskey, gives=schemas.OpenedSession, summary="Sign in with a passkey",
    sends={
        "credential": {
            **_CREDENTIAL,
            "response": {
                "clientDataJSON": _CLIENT_DATA, "authenticatorData": "SZYN5YgOjGh0NBcP", "signature": "MEUCIQDx",
            },
        }
    },
    example=examples.SESSION_TOKENS, errors=("passkey_not_right", "refresh_token_not_valid"),
)  # fmt: skip
def open_passkey_session(call: HttpCall) -> Reply:
    """A passkey is two factors in one, so no other is asked for."""
    return call.relay("identity", "open_passkey_session", **call.body)


ROUTES = (
    list_passkeys, begin_adding_passkey, add_passkey, remove_passkey, begin_passkey_session, open_passkey_session,
)  # fmt: skip
