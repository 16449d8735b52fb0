"""A call context is good for one caller, one method and one moment."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.context import CallContext, ContextSigner, ContextVerifier, Grant, as_service
from chassis.errors import NotFound, Unauthenticated
from chassis.keys import add_signing_key
from deploy.keys import ensure_keys

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
JANE = CallContext(subject="u1", role="customer", accounts=(Grant("a1", "borrower"),), request_id="r1")
METHOD = "payments.submit_payment"


def signed(folder: Path, *, context: CallContext = JANE, issuer: str = "gateway", seconds: float = 5) -> str:
    signer = ContextSigner(folder=folder, issuer=issuer)
    return signer.sign(context, method=METHOD, expires_at=NOW + timedelta(seconds=seconds))


def verified(folder: Path, token: str, *, method: str = METHOD, now: datetime = NOW) -> CallContext:
    return ContextVerifier(folder=folder).verify(token, method=method, now=now)


def test_it_arrives_as_it_was_signed(keys_folder: Path) -> None:
    assert verified(keys_folder, signed(keys_folder)) == JANE


def test_it_is_bound_to_its_method(keys_folder: Path) -> None:
    with pytest.raises(Unauthenticated):
        verified(keys_folder, signed(keys_folder), method="payments.get_payment")


def test_it_dies_with_the_deadline(keys_folder: Path) -> None:
    token = signed(keys_folder)
    verified(keys_folder, token, now=NOW + timedelta(seconds=9))
    with pytest.raises(Unauthenticated):
        verified(keys_folder, token, now=NOW + timedelta(seconds=12))


def test_only_the_gateway_speaks_for_persons(keys_folder: Path) -> None:
    with pytest.raises(Unauthenticated):
        verified(keys_folder, signed(keys_folder, issuer="leases"))
    agent = CallContext(subject="u2", role="agent")
    with pytest.raises(Unauthenticated):
        verified(keys_folder, signed(keys_folder, context=agent, issuer="payments"))


def test_a_service_speaks_only_for_itself(keys_folder: Path) -> None:
    itself = as_service("identity")
    assert verified(keys_folder, signed(keys_folder, context=itself, issuer="identity")).role == "service"
    for issuer in ("gateway", "leases"):
        with pytest.raises(Unauthenticated):
            verified(keys_folder, signed(keys_folder, context=itself, issuer=issuer))


def test_a_changed_byte_anywhere_is_noticed(keys_folder: Path) -> None:
    header, payload, signature = signed(keys_folder).split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    claims["accounts"] = [{"id": "a2", "role": "borrower"}]
    forged = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    unsigned = urlsafe_b64encode(b'{"alg":"none","typ":"captive-context+jwt"}').decode().rstrip("=")
    for token in (
        f"{header}.{forged}.{signature}",
        f"{unsigned}.{forged}.",
        f"{header}.{payload}.{signature[:-4]}AAAA",
    ):
        with pytest.raises(Unauthenticated):
            verified(keys_folder, token)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 10_000, "e30.e30.e30", "é.é.é"])
def test_rubbish_is_refused_in_one_way(keys_folder: Path, token: str) -> None:
    with pytest.raises(Unauthenticated):
        verified(keys_folder, token)


def test_an_issuer_cannot_name_a_folder(keys_folder: Path) -> None:
    payload = urlsafe_b64encode(json.dumps({"iss": "../../etc"}).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        verified(keys_folder, f"e30.{payload}.e30")


def test_keys_rotate_with_an_overlap(tmp_path: Path) -> None:
    ensure_keys(folder=tmp_path)
    old = signed(tmp_path)
    add_signing_key(folder=tmp_path, purpose="context-gateway")
    verifier = ContextVerifier(folder=tmp_path)
    for token in (old, signed(tmp_path)):
        assert verifier.verify(token, method=METHOD, now=NOW) == JANE


def test_a_customer_sees_the_accounts_of_the_token_alone() -> None:
    JANE.require("a1")
    with pytest.raises(NotFound):
        JANE.require("a2")
    CallContext(subject="u2", role="agent").require("a2")
