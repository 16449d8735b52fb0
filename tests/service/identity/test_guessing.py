"""Guessing a password: it gets nowhere, it keeps nobody out, and the person hears of what came from somewhere new."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.errors import Refusal
from services.identity.contract.errors import InvalidCredentials, TooManyAttempts
from tests.builders.identity import HOME, Counter

WRONG = "not her password at all"


@pytest.fixture
def member(counter: Counter) -> Counter:
    """Dana has signed in at home before."""
    counter.join()
    counter.sign_in()
    return counter


def guess(counter: Counter, *, network: str, times: int, user_id: str = "dana@example.com") -> list[str]:
    codes = []
    for _ in range(times):
        with pytest.raises(Refusal) as refused:
            counter.sign_in(network=network, user_id=user_id, password=WRONG)
        codes.append(refused.value.code)
    return codes


def test_from_one_place_ten_may_fail_and_then_a_quarter_of_an_hour_nothing_is_looked_at(member: Counter) -> None:
    codes = guess(member, network="198.51.100.7", times=20)
    assert codes == ["invalid_credentials"] * 10 + ["too_many_attempts"] * 10
    with pytest.raises(TooManyAttempts):
        member.sign_in(network="198.51.100.7")
    member.pass_time(minutes=15, seconds=1)
    assert member.sign_in(network="198.51.100.7")["token_type"] == "Bearer"


def test_the_owner_comes_in_from_elsewhere_meanwhile(member: Counter) -> None:
    guess(member, network="198.51.100.7", times=20)
    assert member.sign_in(network="203.0.113.9")["token_type"] == "Bearer"


def test_a_name_that_nobody_has_is_refused_alike(member: Counter) -> None:
    known = guess(member, network="198.51.100.7", times=12)
    assert guess(member, network="198.51.100.8", times=12, user_id="nobody@example.com") == known


def test_the_two_names_of_one_person_are_counted_together(counter: Counter) -> None:
    counter.join(user_id="dana.w")
    assert set(guess(counter, network="198.51.100.7", times=10, user_id="dana.w")) == {"invalid_credentials"}
    assert guess(counter, network="198.51.100.7", times=1) == ["too_many_attempts"]


def test_many_places_together_are_stopped_but_not_where_the_owner_was_before(member: Counter) -> None:
    for number in range(10):
        guess(member, network=f"198.51.100.{number}", times=10)
    assert guess(member, network="203.0.113.9", times=1) == ["too_many_attempts"]
    assert member.sign_in(network=HOME)["token_type"] == "Bearer"


def test_the_link_in_a_mail_lets_the_owner_in_from_anywhere(member: Counter) -> None:
    for number in range(10):
        guess(member, network=f"198.51.100.{number}", times=10)
    with pytest.raises(TooManyAttempts):
        member.sign_in(network="203.0.113.9")
    member.ask_for_reset()
    member.reset(password="harbour bell thursday eleven", network="203.0.113.9")
    assert member.sign_in(network="203.0.113.9", password="harbour bell thursday eleven")["token_type"] == "Bearer"


def test_a_hundred_at_once_are_ten(member: Counter) -> None:
    def try_once(_: int) -> str:
        try:
            member.sign_in(network="198.51.100.7", password=WRONG)
        except Refusal as refusal:
            return refusal.code
        return "signed in"

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(try_once, range(40)))
    assert (codes.count("invalid_credentials"), codes.count("too_many_attempts")) == (10, 30)


def test_who_mistypes_and_then_gets_it_right_begins_anew(member: Counter) -> None:
    for _ in range(3):
        guess(member, network=HOME, times=9)
        member.sign_in(network=HOME)
    with pytest.raises(InvalidCredentials):
        member.sign_in(network=HOME, password=WRONG)


class TestSomewhereNew:
    def test_the_first_sign_in_is_no_news(self, member: Counter) -> None:
        member.settle_all()
        assert "new_sign_in" not in member.templates()

    def test_the_same_place_and_device_is_none_either(self, member: Counter) -> None:
        member.sign_in()
        member.settle_all()
        assert "new_sign_in" not in member.templates()

    @pytest.mark.parametrize("changed", [{"network": "203.0.113.9"}, {"device": "Pixel 9"}])
    def test_another_network_or_device_is_told_once(self, member: Counter, changed: dict[str, str]) -> None:
        member.sign_in(**changed)
        member.sign_in(**changed)
        member.settle_all()
        [mail] = [mail for mail in member.notifications.mails if mail["template"] == "new_sign_in"]
        assert (mail["to_email"], mail["link"]) == ("dana@example.com", "https://captive.example/forgot-password")
        assert "Pixel" not in str(mail)
