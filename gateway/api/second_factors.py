"""Second factors: on the way into a session, once more before something delicate, and the person's own list of them."""

from chassis.context import AGENT, CUSTOMER
from chassis.schemas import Nothing
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import ConfirmFactor
from services.identity.contract import schemas
from services.identity.contract import second_factors as identity

CHALLENGES = Limit("challenges", "SESSIONS_PER_MINUTE")
PERSONS = (CUSTOMER, AGENT)
ACCESS_TOKEN = {name: examples.SESSION_TOKENS[name] for name in ("access_token", "token_type", "expires_in")}
RECOVERY_CODES = {"recovery_codes": ["MZXW-6YTB-OI2W-S3LP", "NB2W-45DF-OIYA-QWTR"]}
TEXTED = {"phone_masked": "•••• 2368"}


@route(
    "POST", "/v1/sessions/mfa", operation="passChallenge", rank=Rank.FIRST, status=201, tags=("identity",),
    limit=CHALLENGES, takes=identity.PassChallenge, gives=schemas.OpenedSession,
    summary="Finish signing in with a second factor",
    sends={"challenge_id": examples.SECOND_FACTOR_ASKED["challenge_id"], "code": "204816"},
    example=examples.SESSION_TOKENS, errors=("challenge_not_valid", "second_factor_not_right", "too_many_attempts"),
)  # fmt: skip
def pass_challenge(call: HttpCall) -> Reply:
    """A code of your app, of a text, or one of your recovery codes; each works once."""
    return call.relay("identity", "pass_challenge", **call.body)


@route(
    "POST", "/v1/sessions/mfa/texts", operation="textChallenge", status=202, tags=("identity",), limit=CHALLENGES,
    takes=identity.TextChallenge, gives=identity.Texted, summary="Have a code texted to finish signing in",
    sends={"challenge_id": examples.SECOND_FACTOR_ASKED["challenge_id"]}, example=TEXTED,
    errors=("challenge_not_valid", "not_found", "phone_missing", "too_many_texts"),
)  # fmt: skip
def text_challenge(call: HttpCall) -> Reply:
    """Where `text` is among the methods of the challenge. The code is good for ten minutes, and for this challenge."""
    return call.relay("identity", "text_challenge", **call.body)


@route(
    "POST", "/v1/sessions/step-up", operation="stepUp", rank=Rank.FIRST, tags=("identity",), who=PERSONS,
    limit=CHALLENGES, takes=identity.StepUp, gives=identity.SteppedUp, summary="Prove once more who you are",
    sends={"password": "ferry lantern orchard nine"}, example=ACCESS_TOKEN,
    errors=(
        "proof_missing", "current_password_wrong", "second_factor_not_right", "too_many_attempts", "not_found",
        "refresh_token_not_valid",
    ),
)  # fmt: skip
def step_up(call: HttpCall) -> Reply:
    """An access token with which delicate changes are taken for ten minutes. Signing in is such a proof too."""
    return call.relay("identity", "step_up", **call.body)


@route(
    "GET", "/v1/me/mfa", operation="listSecondFactors", has_etag=True, tags=("identity",), who=PERSONS,
    gives=identity.SecondFactors, summary="Your second factors", errors=("not_found",),
    example={
        "mfa_enabled": True, "recovery_codes_left": 10,
        "factors": [
            {
                "id": examples.FACTOR_ID, "kind": "totp", "phone_masked": None,
                "confirmed_at": "2026-11-23T15:00:00.000Z",
            }
        ],
    },
)  # fmt: skip
def list_second_factors(call: HttpCall) -> Reply:
    return call.relay("identity", "list_second_factors")


@route(
    "POST", "/v1/me/mfa/factors", operation="addFactor", status=201, tags=("identity",), who=PERSONS, steps_up=True,
    limit=CHALLENGES, takes=identity.AddFactor, gives=identity.FactorAdded, summary="Add a second factor",
    sends={"kind": "totp"}, errors=("factor_exists", "phone_missing", "too_many_texts", "not_found"),
    example={
        "id": examples.FACTOR_ID, "kind": "totp", "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "uri": "otpauth://totp/Kia%20Finance%20America:jane%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "qr_svg": "<svg></svg>", "phone_masked": None,
    },
)  # fmt: skip
def add_factor(call: HttpCall) -> Reply:
    """An app for codes (`totp`), or codes by text to the number on file (`text`). It counts once it is confirmed."""
    return call.relay("identity", "add_factor", **call.body)


@route(
    "POST", "/v1/me/mfa/factors/{factor_id}/confirm", operation="confirmFactor", tags=("identity",), who=PERSONS,
    steps_up=True, limit=CHALLENGES, takes=ConfirmFactor, gives=identity.RecoveryCodes,
    summary="Confirm a second factor with a first code", sends={"code": "204816"}, example=RECOVERY_CODES,
    errors=("code_not_right", "too_many_attempts"),
)  # fmt: skip
def confirm_factor(call: HttpCall) -> Reply:
    """With the first factor come ten recovery codes, which are shown this once. From now on signing in asks for one."""
    return call.relay("identity", "confirm_factor", factor_id=call.path["factor_id"], **call.body)


@route(
    "DELETE", "/v1/me/mfa/factors/{factor_id}", operation="removeFactor", status=204, tags=("identity",), who=PERSONS,
    steps_up=True, gives=Nothing, summary="Remove a second factor",
)  # fmt: skip
def remove_factor(call: HttpCall) -> Reply:
    """With the last one go the recovery codes."""
    return call.relay("identity", "remove_factor", factor_id=call.path["factor_id"])


@route(
    "POST", "/v1/me/mfa/recovery-codes", operation="renewRecoveryCodes", status=201, tags=("identity",), who=PERSONS,
    steps_up=True, gives=identity.RecoveryCodes, summary="Get new recovery codes", example=RECOVERY_CODES,
    errors=("not_found",),
)  # fmt: skip
def renew_recovery_codes(call: HttpCall) -> Reply:
    """Those before are worth nothing any more."""
    return call.relay("identity", "renew_recovery_codes")


@route(
    "POST", "/v1/me/mfa/texts", operation="textCode", status=202, tags=("identity",), who=PERSONS, limit=CHALLENGES,
    gives=identity.Texted, summary="Have a code texted, to step up with", example=TEXTED,
    errors=("not_found", "phone_missing", "too_many_texts"),
)  # fmt: skip
def text_code(call: HttpCall) -> Reply:
    return call.relay("identity", "text_code")


ROUTES = (
    pass_challenge, text_challenge, step_up, list_second_factors, add_factor, confirm_factor, remove_factor,
    renew_recovery_codes, text_code,
)  # fmt: skip
