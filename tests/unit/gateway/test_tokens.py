"""An access token opens the door only if every part of it holds."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent
from gateway.auth import Keyring
from tests.unit.gateway.builders import Gateway, a_gateway

PATIENCE_SECONDS = 5.0
Forge = Callable[[Gateway], str]


def _with_header(gateway: Gateway, **header: Any) -> str:
    """A token with any header and a signature that fits it: only the check of the header can refuse it."""
    made = {"alg": "Ed25519", "typ": "at+jwt", "kid": gateway.key.kid, **header}
    return _signed(gateway, {name: value for name, value in made.items() if value is not None}, gateway.claims())


def _signed(gateway: Gateway, header: Any, claims: Any) -> str:
    private: Any = gateway.key.private_key
    signed = f"{_encoded(header)}.{_encoded(claims)}"
    return f"{signed}.{_text(private.sign(signed.encode()))}"


def _changed_afterwards(gateway: Gateway) -> str:
    header, _, signature = gateway.token().split(".")
    return f"{header}.{_encoded({**gateway.claims(), 'roles': ['agent']})}.{signature}"


def _unsigned(gateway: Gateway) -> str:
    return f"{_encoded({'alg': 'none', 'typ': 'at+jwt', 'kid': gateway.key.kid})}.{_encoded(gateway.claims())}."


def _hmac_with_public_key(gateway: Gateway) -> str:
    header = {"alg": "HS256", "typ": "at+jwt", "kid": gateway.key.kid}
    signed = f"{_encoded(header)}.{_encoded(gateway.claims())}"
    return f"{signed}.{_text(hmac.digest(gateway.key.as_pem(private=False), signed.encode(), 'sha256'))}"


def _encoded(value: Any) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _other_curve(gateway: Gateway) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": gateway.key.kid}
    return jwt.encode(header, gateway.claims(), ECKey.generate_key("P-256"), algorithms=["ES256"])


def _own_key_in_header(gateway: Gateway) -> str:
    mine = OKPKey.generate_key("Ed25519")
    return gateway.token(key=mine, header={"jwk": mine.as_dict(private=False)})


def _now(gateway: Gateway) -> int:
    return int(gateway.clock.now().timestamp())


ATTACKS: dict[str, Forge] = {
    "no token at all": lambda _: "",
    "not a token": lambda _: "abc",
    "three empty parts": lambda _: "..",
    "five parts": lambda gateway: gateway.token() + ".a.b",
    "longer than any token": lambda gateway: gateway.token(padding="x" * 9000),
    "alg none": _unsigned,
    "alg none with a signature that fits": lambda gateway: _with_header(gateway, alg="none"),
    "HMAC with the public key as secret": _hmac_with_public_key,
    "another algorithm": _other_curve,
    "algorithm by its older name": lambda gateway: _with_header(gateway, alg="EdDSA"),
    "signed by another key under our key id": lambda gateway: gateway.token(key=OKPKey.generate_key("Ed25519")),
    "key brought along in the header": _own_key_in_header,
    "key at an address of the attacker": lambda gateway: gateway.token(
        key=OKPKey.generate_key("Ed25519"), header={"jku": "http://127.0.0.1:1/keys"}
    ),
    "unknown key id": lambda gateway: gateway.token(header={"kid": "another"}),
    "key id that is a path": lambda gateway: gateway.token(header={"kid": "../../etc/passwd"}),
    "no key id": lambda gateway: _with_header(gateway, kid=None),
    "key id that is a list": lambda gateway: _with_header(gateway, kid=["the-newest"]),
    "claims changed after signing": _changed_afterwards,
    "signature cut off": lambda gateway: gateway.token().rpartition(".")[0] + ".",
    "type of an ID token": lambda gateway: gateway.token(header={"typ": "JWT"}),
    "type of a call context": lambda gateway: gateway.token(header={"typ": "captive-context+jwt"}),
    "no type": lambda gateway: _with_header(gateway, typ=None),
    "critical extension": lambda gateway: _with_header(gateway, crit=["exp"], exp=1),
    "wrong audience": lambda gateway: gateway.token(aud="another-api"),
    "audience list without us": lambda gateway: gateway.token(aud=["another-api"]),
    "no audience": lambda gateway: gateway.token(aud=None),
    "wrong issuer": lambda gateway: gateway.token(iss="http://attacker.example"),
    "no issuer": lambda gateway: gateway.token(iss=None),
    "expired": lambda gateway: gateway.token(exp=_now(gateway) - 1),
    "expires this second": lambda gateway: gateway.token(exp=_now(gateway)),
    "no expiry": lambda gateway: gateway.token(exp=None),
    "expiry as text": lambda gateway: gateway.token(exp=str(_now(gateway) + 60)),
    "expiry as true": lambda gateway: gateway.token(exp=True),
    "good for a day": lambda gateway: gateway.token(exp=_now(gateway) + 86400),
    "not good yet": lambda gateway: gateway.token(nbf=_now(gateway) + 60),
    "issued in the future": lambda gateway: gateway.token(iat=_now(gateway) + 60),
    "no subject": lambda gateway: gateway.token(sub=None),
    "empty subject": lambda gateway: gateway.token(sub=""),
    "subject that is a number": lambda gateway: gateway.token(sub=7),
    "accounts that are no grants": lambda gateway: gateway.token(accounts=["0193583f-6a00-7c3e-9d41-5f0a7c1b2d3e"]),
    "no roles": lambda gateway: gateway.token(roles=None),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_is_answered_with_401_and_reaches_no_service(attack: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.get("/v1/me", headers={"Authorization": f"Bearer {ATTACKS[attack](gateway)}"})
    assert answer.status_code == 401
    assert answer.json["code"] == "unauthenticated"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="captive", error="invalid_token"'
    assert {asked.method for asked in gateway.neighbours.asked} <= {"identity.get_signing_keys"}


def test_a_request_without_token_is_told_to_sign_in(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get("/v1/me", token=None)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="captive"')


@pytest.mark.parametrize("scheme", ["Basic", "Token", "DPoP"])
def test_another_scheme_is_not_taken_for_bearer(scheme: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me", headers={"Authorization": f"{scheme} {gateway.token()}"}).status_code == 401


def test_a_good_token_becomes_the_signed_context_of_the_call(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me", headers={"X-Request-Id": "r-1"}).status_code == 200
    context = gateway.neighbours.asked[-1].context
    claims = gateway.claims()
    assert (context.subject, context.role, context.session_id) == (claims["sub"], "customer", claims["sid"])
    assert (context.auth_time, context.request_id) == (claims["auth_time"], "r-1")
    assert [vars(grant) for grant in context.accounts] == claims["accounts"]


def test_a_token_in_an_audience_list_with_us_is_good(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me", token=gateway.token(aud=["captive", "other"])).status_code == 200


def test_a_role_the_route_does_not_name_is_forbidden(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.get("/v1/accounts", token=gateway.token(roles=["agent"]))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_who_was_denied_what_is_in_the_log_and_no_id_of_anybody_elses(
    clock: FixedClock, logged: list[Mapping[str, Any]]
) -> None:
    gateway = a_gateway(clock=clock)
    route, somebody = "/v1/staff/webhooks/{webhook_id}/rotate-secret", "0193583f-0000-7000-8000-000000000000"
    answer = gateway.send("POST", route.format(webhook_id=somebody))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    (line,) = [line for line in logged if line["event"] == "access denied"]
    expected = {
        "log_level": "warning", "code": "forbidden", "method": "POST", "path": route, "role": "customer",
        "subject": gateway.claims()["sub"],
    }  # fmt: skip
    assert {name: line[name] for name in expected} == expected
    assert line["operation"]
    assert "client_address" in line
    assert somebody not in str(line)


def test_what_is_allowed_is_denied_in_no_log(clock: FixedClock, logged: list[Mapping[str, Any]]) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/accounts").status_code == 200
    assert gateway.get("/v1/accounts", token="nonsense").status_code == 401
    assert [line for line in logged if line["event"] == "access denied"] == []


def test_an_unknown_role_is_forbidden_everywhere(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me", token=gateway.token(roles=["root"])).status_code == 403


def test_a_rotated_key_is_found_without_a_restart(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me").status_code == 200
    fresh = OKPKey.generate_key("Ed25519", {"kid": "even-newer", "use": "sig", "alg": "Ed25519"})
    both = [gateway.key.as_dict(private=False), fresh.as_dict(private=False)]
    gateway.neighbours.answers["identity.get_signing_keys"] = {"keys": both}
    clock.move_to(clock.now() + timedelta(seconds=6))
    assert gateway.get("/v1/me", token=gateway.token(key=fresh, header={"kid": "even-newer"})).status_code == 200


def test_a_withdrawn_key_is_dead_within_five_minutes(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me").status_code == 200
    gateway.neighbours.answers["identity.get_signing_keys"] = {"keys": []}
    clock.move_to(clock.now() + timedelta(seconds=301))
    assert gateway.get("/v1/me").status_code == 401


def test_a_token_that_was_good_is_dead_with_its_key_and_at_its_end(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/me").status_code == 200
    clock.move_to(clock.now() + timedelta(seconds=200))
    token = gateway.token()
    assert [gateway.get("/v1/me", token=token).status_code for _ in range(2)] == [200, 200]
    end = clock.now() + timedelta(seconds=300)
    gateway.neighbours.answers["identity.get_signing_keys"] = {"keys": []}
    clock.move_to(clock.now() + timedelta(seconds=101))
    assert gateway.get("/v1/me", token=token).status_code == 401
    gateway.neighbours.answers["identity.get_signing_keys"] = {"keys": [gateway.key.as_dict(private=False)]}
    clock.move_to(clock.now() + timedelta(seconds=6))
    assert gateway.get("/v1/me", token=token).status_code == 200
    clock.move_to(end + timedelta(seconds=1))
    assert gateway.get("/v1/me", token=token).status_code == 401


def test_invented_key_ids_do_not_flood_identity(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    for number in range(20):
        gateway.get("/v1/me", token=gateway.token(header={"kid": f"invented-{number}"}))
    assert len(gateway.neighbours.requests("identity.get_signing_keys")) == 1


@pytest.mark.parametrize("failure", [NeighbourSilent("identity"), RuntimeError("identity failed: KeyError")], ids=str)
def test_known_keys_serve_while_identity_gives_none(failure: Exception, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/v1/accounts").status_code == 200
    gateway.neighbours.answers["identity.get_signing_keys"] = failure
    clock.move_to(clock.now() + timedelta(minutes=30))
    assert gateway.get("/v1/accounts").status_code == 200
    clock.move_to(clock.now() + timedelta(minutes=31))
    assert gateway.get("/v1/accounts").status_code == 503


def test_while_one_waits_for_new_keys_the_others_go_on_with_the_known_ones(clock: FixedClock) -> None:
    identity = SlowIdentity(clock)
    keyring = Keyring(fetch=identity.keys, now=clock.now)
    known = keyring.key("known")
    clock.move_to(clock.now() + timedelta(minutes=30))
    identity.may_answer.clear()
    with ThreadPoolExecutor() as callers:
        first = callers.submit(keyring.key, "known")
        assert identity.is_asked.wait(PATIENCE_SECONDS)
        try:
            assert callers.submit(keyring.key, "known").result(PATIENCE_SECONDS) is known
            assert not first.done()
        finally:
            identity.may_answer.set()


def test_a_question_that_took_long_is_not_asked_again_at_its_end(clock: FixedClock) -> None:
    identity = SlowIdentity(clock)
    keyring = Keyring(fetch=identity.keys, now=clock.now)
    keyring.key("known")
    clock.move_to(clock.now() + timedelta(minutes=30))
    identity.seconds = 10
    for _ in range(5):
        keyring.key("known")
    assert identity.asked == 2


class SlowIdentity:
    """Identity that answers once; from then on it takes its time and is silent in the end."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.asked, self.seconds = clock, 0, 0
        self.is_asked, self.may_answer = Event(), Event()
        self.may_answer.set()

    def keys(self) -> dict[str, Any]:
        self.asked += 1
        if self.asked > 1:
            self.is_asked.set()
            self.may_answer.wait(4 * PATIENCE_SECONDS)
            self.clock.move_to(self.clock.now() + timedelta(seconds=self.seconds))
            raise NeighbourSilent("identity")
        key = OKPKey.generate_key("Ed25519", {"kid": "known", "use": "sig", "alg": "Ed25519"})
        return {"keys": [key.as_dict(private=False)]}


def test_without_any_key_the_door_stays_closed_with_503(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"identity.get_signing_keys": NeighbourSilent("identity")})
    answer = gateway.get("/v1/accounts")
    assert (answer.status_code, answer.json["code"]) == (503, "service_unavailable")
