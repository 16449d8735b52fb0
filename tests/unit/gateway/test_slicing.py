"""Lists that a service gives whole: page by page, stable under what is added, and whole where no limit is named."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import pytest

from chassis.clock import FixedClock
from chassis.errors import InvalidRequest
from gateway.api import examples
from gateway.api.approvals import APPROVAL
from gateway.api.passkeys import PASSKEY
from gateway.slicing import FURNISHING, sliced
from services.accounts.contract.approvals import APPROVAL_KINDS
from tests.unit.gateway.builders import Gateway, HttpAnswer, a_gateway

PATH = "/v1/me/passkeys"
NEWEST_FIRST = [f"01935850-0000-7000-8000-00000000000{number}" for number in (5, 4, 3, 2, 1)]


def as_cursor(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


# Another list's, one place too few, too many or none, nothing that has a place, and one that was written by hand.
NO_PLACES: tuple[Any, ...] = (
    ["flags", NEWEST_FIRST[0]], ["passkeys"], ["passkeys", NEWEST_FIRST[0], "1"], ["passkeys", "first"],
    ["passkeys", None], ["passkeys", [1]], [], {}, 7, None, "passkeys", ["passkeys", NEWEST_FIRST[0].upper() + "}"],
    ["passkeys", f"urn:uuid:{NEWEST_FIRST[0]}"],
)  # fmt: skip
NO_CURSORS = [*map(as_cursor, NO_PLACES), f"{as_cursor(['passkeys', NEWEST_FIRST[0]])}=", "ü", "W" * 200, "[" * 150]


def a_list(*ids: str) -> dict[str, Any]:
    return {"data": [{**PASSKEY, "id": one} for one in ids]}


def asked(gateway: Gateway, **query: Any) -> HttpAnswer:
    return gateway.get(f"{PATH}?{urlencode(query)}")


def ids_of(answer: HttpAnswer) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [row["id"] for row in answer.json["data"]]


def test_pages_follow_one_another_to_the_end(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*NEWEST_FIRST)})
    seen, query = [], {"limit": 2}
    while True:
        page = asked(gateway, **query)
        seen.append(ids_of(page))
        if page.json["next_cursor"] is None:
            break
        query["cursor"] = page.json["next_cursor"]
    assert seen == [NEWEST_FIRST[:2], NEWEST_FIRST[2:4], NEWEST_FIRST[4:]]
    assert gateway.neighbours.requests("identity.list_passkeys")[0] == {}


def test_what_is_added_meanwhile_moves_nothing(clock: FixedClock) -> None:
    first = asked(a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*NEWEST_FIRST[1:])}), limit=2)
    later = a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*NEWEST_FIRST)})
    assert ids_of(asked(later, cursor=first.json["next_cursor"])) == NEWEST_FIRST[3:]


@pytest.mark.parametrize("left", [NEWEST_FIRST[:1] + NEWEST_FIRST[2:], NEWEST_FIRST[2:], NEWEST_FIRST[3:], []])
def test_what_goes_meanwhile_moves_nothing_be_it_the_last_row_of_the_page(left: list[str], clock: FixedClock) -> None:
    first = asked(a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*NEWEST_FIRST)}), limit=2)
    later = a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*left)})
    following = asked(later, cursor=first.json["next_cursor"])
    assert ids_of(following) == [one for one in NEWEST_FIRST[2:] if one in left]


def test_approvals_are_gone_through_while_they_are_decided(clock: FixedClock) -> None:
    asked_at = {one: f"2026-11-2{number}T15:30:00.000Z" for number, one in enumerate(reversed(NEWEST_FIRST[1:]), 1)}
    # Two of one moment, by whatever service.
    asked_at[NEWEST_FIRST[0]] = asked_at[NEWEST_FIRST[1]]
    waiting, seen = list(NEWEST_FIRST), []
    cursor: dict[str, Any] = {}
    while waiting:
        kept = [{**APPROVAL, "id": one, "asked_at": asked_at[one]} for one in waiting]
        of_accounts = [{**each, "kind": APPROVAL_KINDS[0]} for each in kept[1::2]]
        answers = {"accounts.list_approvals": {"data": of_accounts}, "leases.list_approvals": {"data": kept[::2]}}
        query = urlencode({"limit": 1, **cursor})
        page = a_gateway(clock=clock, answers=answers).get(f"/v1/me/approvals?{query}")
        (decided,) = ids_of(page)
        waiting.remove(decided)
        seen.append(decided)
        cursor = {"cursor": page.json["next_cursor"]}
    assert seen == NEWEST_FIRST


def test_without_a_limit_it_is_whole_however_long(clock: FixedClock) -> None:
    many = [f"01935850-0000-7000-8000-{number:012d}" for number in reversed(range(150))]
    answer = asked(a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*many)}))
    assert (ids_of(answer), answer.json["next_cursor"]) == (many, None)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "/query/limit"), ({"limit": 101}, "/query/limit"), ({"limit": "two"}, "/query/limit"),
        ({"cursor": "guessed"}, "/query/cursor"), ({"cursor": NEWEST_FIRST[0]}, "/query/cursor"),
        *(({"cursor": cursor}, "/query/cursor") for cursor in NO_CURSORS),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(query: dict[str, Any], pointer: str, clock: FixedClock) -> None:
    answer = asked(a_gateway(clock=clock, answers={"identity.list_passkeys": a_list(*NEWEST_FIRST)}), **query)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_accounts_are_paged_too(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get("/v1/accounts?limit=1")
    assert ids_of(answer) == [examples.ACCOUNT_ID]
    assert a_gateway(clock=clock).get("/v1/accounts?cursor=guessed").json["errors"][0]["pointer"] == "/query/cursor"


def test_a_search_is_asked_for_what_is_sought_alone(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    token = gateway.token(roles=["agent"], accounts=None)
    answer = gateway.send("GET", "/v1/staff/accounts?last_name=Reyes&limit=1", token=token)
    assert (len(ids_of(answer)), answer.json["next_cursor"]) == (1, None)
    (sought,) = gateway.neighbours.requests("accounts.search_accounts")
    assert not {"limit", "cursor"} & set(sought)


def test_rows_are_told_apart_by_as_many_fields_as_it_takes() -> None:
    october, september = "2026-10-31", "2026-09-30"
    versions = [(october, 10), (october, 9), (september, 1)]
    rows = [{"month_end_on": month, "version": version} for month, version in versions]
    cursor, seen = None, []
    for _ in rows:
        page = sliced(rows, query={"limit": 1, **({"cursor": cursor} if cursor else {})}, order=FURNISHING)
        cursor = page["next_cursor"]
        seen += page["data"]
    assert (seen, cursor) == (rows, None)
    with pytest.raises(InvalidRequest, match="next_cursor of the page before"):
        sliced([], query={"cursor": "MQ"}, order=FURNISHING)
