"""Who is our customer cannot be measured: known and unknown names take as long, however often somebody asks.

Known and unknown are asked in blocks of four pairs, in an order that chance decides. The area under the curve says how
often the known one was the slower: 0.5 is a coin.

What is still being done for the request before slows the next one down, most of all where others use the machine. In
pairs the one before is mostly of the other sort, so that what a known name sets going was counted as the unknown one's
time. In a block it is as often of the same sort as of the other, and only the answer's own time tells them apart.
"""

import os
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg2
import pytest

from deploy.stack import DataFolder
from tests.fixtures.figures import Report
from tests.security.people import Answer, Attacked, Visitor

pytestmark = pytest.mark.slow

FULL = "CAPTIVE_TEST_FULL" in os.environ
PAIRS = 1_200 if FULL else 300
AREA_MIN, AREA_MAX = (0.45, 0.55) if FULL else (0.40, 0.60)
KNOWN = "maria.alvarez@example.com"
# Guesses are counted, and the count is forgotten before it stands in the way: what is measured is what is looked at.
BLOCK = 4
CHANGES = (BLOCK - 1, BLOCK)


@dataclass(frozen=True)
class Asking:
    """One way to ask about somebody: the path, and the body for a name that is known or not."""

    path: str
    body: Callable[[str], dict[str, Any]]
    status: int


ASKING = {
    "sign-in": Asking("/v1/sessions", lambda email: {"user_id": email, "password": "a wrong guess at it"}, 401),
    "password reset": Asking("/v1/password-resets", lambda email: {"email": email}, 202),
    "user ID reminder": Asking("/v1/user-id-reminders", lambda email: {"email": email}, 202),
    "registration": Asking(
        "/v1/registrations",
        lambda email: {
            "account_number": "KFA-1000001" if email == KNOWN else f"KFA-{secrets.randbelow(10**7):07d}",
            "first_name": "Maria", "last_name": "Alvarez", "email": email, "ssn_last4": "4821",
            "password": "harbour bell thursday eleven", "accepted_terms": "2026-01",
        },
        202,
    ),
}  # fmt: skip


def area_under_curve(known: list[float], unknown: list[float]) -> float:
    """How often one of the first is greater than one of the second; ties are halves."""
    ranked = sorted([(value, True) for value in known] + [(value, False) for value in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, start=1) if is_known)
    return (ranks - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def test_the_measure_tells_a_difference_from_none() -> None:
    even = [random.gauss(10, 1) for _ in range(PAIRS)]
    other = [random.gauss(10, 1) for _ in range(PAIRS)]
    assert AREA_MIN < area_under_curve(even, other) < AREA_MAX
    assert area_under_curve([value + 1 for value in even], other) > AREA_MAX
    assert area_under_curve(even, [value + 1 for value in other]) < AREA_MIN


def a_block() -> list[bool]:
    """Four of each sort, in an order in which who went before says nothing about who comes."""
    order = [True, False] * BLOCK
    random.shuffle(order)
    while sum(one != other for one, other in pairwise(order)) not in CHANGES:
        random.shuffle(order)
    return order


def test_who_went_before_says_nothing_about_who_comes() -> None:
    blocks = [a_block() for _ in range(1_000)]
    changes = sum(one != other for block in blocks for one, other in pairwise(block))
    assert 0.45 < changes / (1_000 * (2 * BLOCK - 1)) < 0.55
    assert 0.45 < sum(block[0] for block in blocks) / 1_000 < 0.55


@pytest.fixture
def forget(attacked: Attacked) -> Callable[[], None]:
    """Forget guesses, and mails that were asked for."""
    url = DataFolder(attacked.stack.data).database_urls()["identity"]

    def run() -> None:
        connection = psycopg2.connect(url.replace("+psycopg2", ""))
        with connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM attempts_to_prove")
        connection.close()

    return run


@pytest.mark.parametrize("name", ASKING)
def test_known_and_unknown_take_as_long_and_are_answered_alike(
    attacked: Attacked, forget: Callable[[], None], name: str, report: Report
) -> None:
    asking, nobody = ASKING[name], attacked.nobody
    known, unknown, answers = list[float](), list[float](), set[Answer]()
    for _ in range(PAIRS // BLOCK):
        forget()
        for is_known in a_block():
            email = KNOWN if is_known else f"{secrets.token_hex(6)}@example.com"
            answer, seconds = _timed(nobody, asking, email)
            assert answer.status == asking.status, answer.text
            answers.add(answer.without(email))
            (known if is_known else unknown).append(seconds)
    area = area_under_curve(known, unknown)
    report(f"telling known from unknown by the time of a {name}: area {area:.3f} over {PAIRS} pairs")
    assert AREA_MIN <= area <= AREA_MAX
    assert len(answers) == 1, "status, body and headers are the same"


def _timed(visitor: Visitor, asking: Asking, email: str) -> tuple[Answer, float]:
    body = asking.body(email)
    started = time.perf_counter()
    answer = visitor.send("POST", asking.path, body=body)
    return answer, time.perf_counter() - started
