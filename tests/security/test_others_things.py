"""What is another's is not there: every route, with real ids of somebody else wherever it takes an id.

The routes, their ids and their roles are read from the contract that the stack serves. A new route is tried as it
comes; where no id of its things can be found, the first test here says which.
"""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.fixtures.figures import Report
from tests.fixtures.processes import eventually
from tests.security.operations import (
    NOBODYS,
    WORDS,
    IdParameter,
    Operation,
    accounts_of,
    belongings_of,
    id_in,
    operations_of,
)
from tests.security.people import Answer, Attacked, Visitor

pytestmark = pytest.mark.slow

Ids = dict[str, str]
LOOKS, RESTLESS_MAX = 10, 2


@pytest.fixture(scope="module")
def operations(attacked: Attacked) -> list[Operation]:
    return operations_of(attacked.document)


@pytest.fixture(scope="module")
def webhooks(attacked: Attacked) -> Ids:
    """What staff have registered before anything happens that partners are told about."""
    return belongings_of(attacked, attacked.agent, "agent")


@pytest.fixture(scope="module")
def owners(attacked: Attacked, webhooks: Ids) -> Ids:
    return belongings_of(attacked, attacked.owner, "customer")


@pytest.fixture(scope="module")
def others(attacked: Attacked) -> Ids:
    return belongings_of(attacked, attacked.other, "customer")


@pytest.fixture(scope="module")
def staffs(attacked: Attacked, operations: list[Operation], webhooks: Ids, owners: Ids) -> Ids:
    """With the deliveries that the owner's doings have led to by now."""
    listing = next(operation for operation in operations if operation.path.endswith("/deliveries"))
    delivery_id = eventually(lambda: id_in(listing.send(attacked.agent, webhooks).json))
    return {**webhooks, "delivery_id": delivery_id}


@pytest.fixture(scope="module")
def foreign(operations: list[Operation], owners: Ids, staffs: Ids) -> Ids:
    """By name, an id of a thing that is not the attacker's.

    What only staff work with belongs to nobody: there the role decides, and any id does where nothing is there yet.
    """
    only_staffs = _names_in(operations) - _names_in(_of_customers(operations)) - NOBODYS.keys()
    of_staff = {name: str(uuid4()) for name in only_staffs}
    return {**of_staff, **staffs, **owners}


def _names_in(operations: list[Operation]) -> set[str]:
    return {parameter.name for operation in operations for parameter in operation.id_parameters()}


def _of_customers(operations: list[Operation]) -> list[Operation]:
    return [operation for operation in operations if operation.is_open or "customer" in operation.roles]


@pytest.fixture(scope="module")
def secrets(attacked: Attacked, foreign: Ids) -> set[str]:
    """What only the owner may read: who she is, and what her things are called."""
    me = attacked.owner.send("GET", "/v1/me").json
    told = {me["email"], me["last_name"], me["id"], *foreign.values()}
    for account in attacked.owner.send("GET", "/v1/accounts").json["data"]:
        told |= {account["account_number"], account["vehicle"]["vin"]}
    return {text for text in told if text}


@pytest.fixture(scope="module", autouse=True)
def nothing_of_the_owner_changes(attacked: Attacked, operations: list[Operation], owners: Ids) -> Iterator[None]:
    """Whatever the attackers try. Answers that no two looks agree on, such as a calendar's, cannot be compared."""
    before = _settled(attacked, operations, owners)
    yield
    eventually(lambda: before.items() <= _seen(attacked, operations, owners).items())


def _seen(attacked: Attacked, operations: list[Operation], owners: Ids) -> dict[str, Answer]:
    seen = {}
    for operation in operations:
        is_hers = operation.method == "GET" and "customer" in operation.roles and "stream" not in operation.path
        if is_hers and set(operation.names_in_path) <= owners.keys():
            seen[str(operation)] = operation.send(attacked.owner, owners)
    return {name: answer.without() for name, answer in seen.items()}


def _settled(attacked: Attacked, operations: list[Operation], owners: Ids) -> dict[str, Answer]:
    """What the owner sees once looks in a row agree: nothing is under way any more."""
    before = _seen(attacked, operations, owners)
    for _ in range(LOOKS):
        now = _seen(attacked, operations, owners)
        restless = {name for name in before if now[name] != before[name]}
        before = now
        if not restless:
            break
        time.sleep(1)
    assert len(restless) <= RESTLESS_MAX, restless
    return {name: answer for name, answer in before.items() if name not in restless}


def test_there_is_a_real_id_for_every_place_that_takes_one(operations: list[Operation], foreign: Ids) -> None:
    assert _names_in(operations) - foreign.keys() - NOBODYS.keys() == set(), (
        "no thing of this name was listed or could be made"
    )
    assert not NOBODYS.keys() & foreign.keys()


def test_the_ids_are_real_to_their_owner(attacked: Attacked, operations: list[Operation], owners: Ids) -> None:
    """Else nothing here could fail: with each id of hers the owner gets an answer that is no refusal."""
    answered, accounts = set(), accounts_of(attacked.owner)
    for operation in operations:
        names = set(operation.names_in_path) - WORDS.keys()
        is_hers = operation.method == "GET" and "customer" in operation.roles and names <= owners.keys()
        tries = [{}, *({"account_id": account} for account in accounts)] if len(names) == 1 else [{}]
        if is_hers and names and 200 in {operation.send(attacked.owner, owners, changed=one).status for one in tries}:
            answered |= names
    taken = {
        name
        for operation in operations if operation.method == "GET" and "customer" in operation.roles
        for name in operation.names_in_path
    } - WORDS.keys()  # fmt: skip
    assert taken <= answered


def test_another_customer_is_told_the_same_as_about_what_there_is_not(
    attacked: Attacked, operations: list[Operation], foreign: Ids, others: Ids, secrets: set[str], report: Report
) -> None:
    tried, leaks = 0, list[str]()
    accounts = accounts_of(attacked.owner)
    for operation in operations:
        for parameter in operation.id_parameters():
            if parameter.name in NOBODYS or operation.is_open:
                continue
            for theirs in accounts if parameter.name == "account_id" else [foreign[parameter.name]]:
                leaks += _tried(attacked.other, operation, parameter, {**foreign, **others}, theirs, secrets)
                # What else the request names may be the owner's too, or the attacker's own.
                leaks += _tried(attacked.other, operation, parameter, foreign, theirs, secrets)
                tried += 2
    report(f"ids of others: {tried} places tried in {len(operations)} operations, {len(leaks)} leaks")
    assert leaks == []


def _tried(
    attacker: Visitor, operation: Operation, parameter: IdParameter, ids: Ids, theirs: str, secrets: set[str]
) -> list[str]:
    """What comes out where another's id is told from one that nobody has."""
    absent = str(uuid4())
    found = operation.send(attacker, ids, changed={parameter.name: theirs})
    missing = operation.send(attacker, ids, changed={parameter.name: absent})
    leaks = [f"{operation} {parameter} tells {secret}" for secret in secrets - {theirs} if secret in found.text]
    if not _is_refused_alike(found, missing, theirs=theirs, absent=absent):
        leaks.append(f"{operation} {parameter}: {found.status} {found.text} / {missing.status} {missing.text}")
    return leaks


def _is_refused_alike(found: Answer, missing: Answer, *, theirs: str, absent: str) -> bool:
    return 400 <= found.status < 500 and found.without(theirs) == missing.without(absent)


@pytest.mark.parametrize("who", ["nobody", "expired", "service"])
def test_who_has_not_signed_in_as_a_person_gets_nowhere(
    attacked: Attacked, operations: list[Operation], foreign: Ids, secrets: set[str], who: str, report: Report
) -> None:
    visitor, status = {
        "nobody": (attacked.nobody, 401),
        "expired": (attacked.expired(), 401),
        "service": (attacked.in_role("service"), 403),
    }[who]
    closed = [operation for operation in operations if not operation.is_open]
    report(f"{who}: {len(closed)} operations tried")
    assert _let_through(visitor, closed, foreign, secrets, status=status) == []


@pytest.mark.parametrize("role", ["customer", "agent"])
def test_a_role_gets_nowhere_where_another_belongs(
    attacked: Attacked, operations: list[Operation], foreign: Ids, secrets: set[str], role: str, report: Report
) -> None:
    visitor = attacked.agent if role == "agent" else attacked.other
    closed = [operation for operation in operations if not operation.is_open and role not in operation.roles]
    report(f"{role}: {len(closed)} operations of other roles tried")
    assert closed
    assert _let_through(visitor, closed, foreign, secrets, status=403) == []


def _let_through(
    visitor: Visitor, operations: list[Operation], foreign: Ids, secrets: set[str], *, status: int
) -> list[str]:
    wrong = []
    for operation in operations:
        answer = operation.send(visitor, foreign)
        is_told = any(secret in answer.text for secret in secrets)
        if answer.status != status or is_told:
            wrong.append(f"{operation}: {answer.status} {answer.text}")
    return wrong
