"""Guessing is hopeless, and nobody locks another person out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import attempts

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
COUNTS = st.integers(min_value=0, max_value=500)


@given(from_here=st.integers(0, attempts.FROM_ONE_PLACE_MAX - 1), from_everywhere=COUNTS)
def test_whatever_strangers_do_a_familiar_place_stays_open(from_here: int, from_everywhere: int) -> None:
    assert attempts.may_attempt(from_here=from_here, from_everywhere=from_everywhere, is_familiar=True)


@given(from_here=st.integers(attempts.FROM_ONE_PLACE_MAX, 500), from_everywhere=COUNTS, is_familiar=st.booleans())
def test_one_place_has_so_many_tries_familiar_or_not(from_here: int, from_everywhere: int, is_familiar: bool) -> None:
    assert not attempts.may_attempt(from_here=from_here, from_everywhere=from_everywhere, is_familiar=is_familiar)


@given(from_here=st.integers(0, attempts.FROM_ONE_PLACE_MAX - 1), from_everywhere=COUNTS)
def test_strangers_together_have_as_many_as_nist_allows(from_here: int, from_everywhere: int) -> None:
    may = attempts.may_attempt(from_here=from_here, from_everywhere=from_everywhere, is_familiar=False)
    assert may == (from_everywhere < 100)


@given(days=st.floats(min_value=0, max_value=200))
def test_a_place_is_forgotten_after_a_quarter_of_a_year(days: float) -> None:
    familiar = attempts.is_familiar(now=NOW, seen_at=NOW - timedelta(days=days))
    assert familiar == (timedelta(days=days) < timedelta(days=90))


def test_where_nobody_was_seen_is_not_familiar() -> None:
    assert not attempts.is_familiar(now=NOW, seen_at=None)
