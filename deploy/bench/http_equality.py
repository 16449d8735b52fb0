"""Before `bench http` measures: every arm answers every probe alike, whether it serves or refuses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import requests

from deploy.bench.http_arms import HttpArm
from deploy.bench.http_payers import Payer
from deploy.stack import StackProblem
from gateway.errors import KEPT

ANSWER_SECONDS_MAX = 10
# Another payment is another payment.
OWN = frozenset({"id", "created_at"})
HEADERS = ("ETag", "Content-Type", "Idempotent-Replayed")


@dataclass(frozen=True)
class Probe:
    """One request; `again` sends it twice, with the same key, and the second answer is compared."""

    name: str
    method: str
    path: str
    authorization: str | None
    body: Mapping[str, Any] | None = None
    key: str | None = None
    tag: str | None = None
    again: Mapping[str, Any] | None = None


def require_equal_answers(arms: Sequence[HttpArm], *, payers: Sequence[Payer]) -> None:
    """Raises StackProblem that names the first difference."""
    first, *others = arms
    for probe in probes(payers[0], foreign=payers[1]):
        said = answer_of(first, probe)
        for arm in others:
            if (heard := answer_of(arm, probe)) != said:
                raise StackProblem(
                    f"{arm.name} and {first.name} do not answer alike to {probe.name}, so nothing was measured: "
                    f"{heard} and {said}"
                )


def expected_accounts(arms: Sequence[HttpArm], *, payers: Sequence[Payer]) -> dict[str, str]:
    """The one right answer to a GET of each account. Raises StackProblem where two arms differ in one byte."""
    return {payer.account_id: _shown_alike(arms, payer) for payer in payers}


def probes(payer: Payer, *, foreign: Payer) -> list[Probe]:
    """What is served and what is refused, one of each kind."""
    mine, theirs = f"/v1/accounts/{payer.account_id}", f"/v1/accounts/{foreign.account_id}"
    token = payer.authorization()
    body = {"amount_cents": 100, "payment_method_id": payer.method_id, "pay_anyway": True}
    get = Probe("an account of one's own", "GET", mine, token)
    post = Probe("a payment", "POST", f"{mine}/payments", token, body)
    return [
        get,
        replace(get, name="another's account", path=theirs),
        replace(get, name="no token", authorization=None),
        replace(get, name="a token that was changed", authorization=f"{token[:-8]}AAAAAAAA"),
        post,
        replace(post, name="a payment sent twice", again=body),
        replace(post, name="a key used for another payment", again={**body, "amount_cents": 101}),
        replace(post, name="a payment without a key", key=""),
        replace(post, name="a payment on another's account", path=f"{theirs}/payments"),
        replace(post, name="a payment by another's method", body={**body, "payment_method_id": foreign.method_id}),
        replace(post, name="too large a payment", body={**body, "amount_cents": 10**9}),
        replace(post, name="half a cent", body={**body, "amount_cents": 100.5}),
        replace(post, name="a field that nobody knows", body={**body, "gift": True}),
    ]


def answer_of(arm: HttpArm, probe: Probe) -> dict[str, Any]:
    """What of an answer must be the same everywhere: of a refusal its code, of anything else all but its own id."""
    key = uuid4().hex if probe.key is None else probe.key
    ask: Callable[[Any], requests.Response] = lambda body: requests.request(  # noqa: E731 - one line, used twice
        probe.method, f"http://127.0.0.1:{arm.port}{probe.path}", json=body, timeout=ANSWER_SECONDS_MAX,
        headers={"Authorization": probe.authorization, "Idempotency-Key": key or None},
    )  # fmt: skip
    answer = ask(probe.body)
    if probe.again is not None:
        answer = ask(probe.again)
    if "json" not in answer.headers.get("Content-Type", ""):
        raise StackProblem(f"{arm.name} gives no answer to {probe.name}: {answer.status_code} {answer.text[:200]}")
    told = answer.json()
    if answer.status_code >= 400:
        named = {name: told.get(name) for name in ("code", "title", "errors", "money_moved")}
        # Only the house keeps refusals too under a key, and says so.
        detail = told["detail"].removesuffix(f" {KEPT}")
        return {"status": answer.status_code, "detail": detail, **named}
    kept = {name: value for name, value in told.items() if probe.method == "GET" or name not in OWN}
    return {"status": answer.status_code, "body": kept, **{name: answer.headers.get(name) for name in HEADERS}}


def _shown_alike(arms: Sequence[HttpArm], payer: Payer) -> str:
    """The text of an account, byte for byte the same from every arm."""
    headers = {"Authorization": payer.authorization()}
    path = f"/v1/accounts/{payer.account_id}"
    said = [
        requests.get(f"http://127.0.0.1:{arm.port}{path}", headers=headers, timeout=ANSWER_SECONDS_MAX) for arm in arms
    ]
    if len({answer.content for answer in said}) != 1 or any(answer.status_code != 200 for answer in said):
        raise StackProblem(f"The arms do not show {path} alike, so nothing was measured.")
    return said[0].text
