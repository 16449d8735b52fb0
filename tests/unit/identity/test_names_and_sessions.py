"""Names to sign in with, and what a refresh token that comes back means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules.names import chosen_name, masked_phone, problem_with_name, sign_in_name
from services.identity.rules.registrations import may_try
from services.identity.rules.sessions import (
    GRACE,
    IDLE_LIFE,
    SESSION_LIFE,
    Standing,
    refresh_expires_at,
    standing_of_refresh,
)

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("given_name", [None, "", "  ", "dana@example.com", "Dana@Example.com"])
def test_the_address_is_the_user_id_unless_another_is_chosen(given_name: str | None) -> None:
    assert chosen_name(given_name, email="dana@example.com") is None


@pytest.mark.parametrize("name", ["dana", "dana.w", "d_w-1", "x" * 64])
def test_a_plain_name_can_be_chosen(name: str) -> None:
    assert problem_with_name(chosen_name(name.upper(), email="dana@example.com")) is None


@pytest.mark.parametrize(
    "name", ["abc", "x" * 65, "someone@example.com", ".dana", "dana.", "da na", "dána", "dana\u200b"]
)
def test_a_name_that_could_be_mistaken_cannot_be_chosen(name: str) -> None:
    problem = problem_with_name(chosen_name(name, email="dana@example.com"))
    assert problem is not None
    assert problem.code == "user_id_not_usable"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_whatever_is_typed_is_a_name_or_nobodys(text: str) -> None:
    name = sign_in_name(text)
    assert name == "" or (name.isascii() and name.isprintable() and name == name.lower())


def test_a_phone_shows_its_last_four_digits_alone() -> None:
    assert masked_phone("+12145550137") == "•••• 0137"
    assert masked_phone(None) is None


def test_the_sixth_wrong_claim_is_not_looked_up() -> None:
    assert [may_try(failures=failures) for failures in (0, 4, 5, 6)] == [True, True, False, False]


def standing(
    *, used_ago: timedelta | None = None, is_successor_used: bool = False, idle_left: timedelta = IDLE_LIFE,
    session_left: timedelta = SESSION_LIFE, is_ended: bool = False,
) -> Standing:  # fmt: skip
    return standing_of_refresh(
        now=NOW,
        expires_at=NOW + idle_left,
        used_at=None if used_ago is None else NOW - used_ago,
        is_successor_used=is_successor_used,
        session_ended_at=NOW if is_ended else None,
        session_expires_at=NOW + session_left,
    )


def test_an_unused_token_is_fresh_until_the_instant_it_expires() -> None:
    assert standing() is Standing.FRESH
    assert standing(idle_left=SECOND) is Standing.FRESH
    assert standing(idle_left=0 * SECOND) is Standing.OVER
    assert standing(session_left=0 * SECOND) is Standing.OVER


def test_a_used_token_is_a_repeat_only_within_the_grace_and_before_its_successor() -> None:
    assert standing(used_ago=0 * SECOND) is Standing.REPEATED
    assert standing(used_ago=GRACE) is Standing.REPEATED
    assert standing(used_ago=GRACE + SECOND) is Standing.REPLAYED
    assert standing(used_ago=SECOND, is_successor_used=True) is Standing.REPLAYED


def test_a_replay_after_the_end_ends_nothing_again() -> None:
    assert standing(used_ago=10 * GRACE, is_ended=True) is Standing.OVER
    assert standing(is_ended=True) is Standing.OVER


def test_a_refresh_token_never_outlives_its_session() -> None:
    assert refresh_expires_at(now=NOW, session_expires_at=NOW + SESSION_LIFE) == NOW + IDLE_LIFE
    assert refresh_expires_at(now=NOW, session_expires_at=NOW + SECOND) == NOW + SECOND
