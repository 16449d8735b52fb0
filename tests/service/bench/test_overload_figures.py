"""What is said of an overload follows from who was answered, how, and when it was due."""

import pytest

from deploy.bench.crowd import ANSWERED, GIVEN_UP, MIX, NO_ANSWER, RANKS, REFUSED, Sample
from deploy.bench.overload import AFTER_SECONDS, FIRST_ANSWERED_PERCENT_MIN, Round, figures_of
from deploy.bench.report import is_failed


def a_round(*samples: Sample, name: str = "2 times") -> Round:
    """A load of ten seconds."""
    return Round(name, samples, 10.0, 100.0, 5.0)


def said_of(*samples: Sample) -> dict[str, float]:
    calm = a_round(("first", 0.0, 0.02, ANSWERED), name="borne")
    return {figure.name: figure.value for figure in figures_of([calm, a_round(*samples)])}


def test_shares_are_of_what_was_due_while_the_load_lasted() -> None:
    said = said_of(
        ("first", 1.0, 0.1, ANSWERED), ("rest", 2.0, 0.01, REFUSED), ("rest", 3.0, 0.1, ANSWERED),
        ("read", 4.0, 0.1, GIVEN_UP), ("rest", 10.5, 0.1, ANSWERED),
    )  # fmt: skip
    assert [said[f"2 times: answered of rank {rank}"] for rank in ("first", "read", "rest")] == [100, 0, 50]
    assert said["2 times: answered"] == pytest.approx(0.2)
    assert (said["2 times: given up by a service"], said["2 times: without any answer"]) == (1, 0)


def test_refusals_and_answers_have_times_of_their_own() -> None:
    said = said_of(("first", 1.0, 0.5, ANSWERED), ("rest", 1.0, 0.01, REFUSED), ("read", 1.0, 4.0, GIVEN_UP))
    assert said["2 times: refusals, p99"] == 10
    assert said["2 times: sign-ins and payments, p99"] == 500


@pytest.mark.parametrize(
    ("later", "seconds"),
    [
        ([(10.1, 0.1, ANSWERED)], 0.0), ([(10.1, 0.1, REFUSED), (10.6, 0.1, ANSWERED)], 0.5),
        ([(10.1, 3.0, ANSWERED), (10.6, 0.1, NO_ANSWER), (11.2, 0.1, ANSWERED)], 1.0),
        ([(10.0 + step / 4, 0.1, REFUSED) for step in range(16)], AFTER_SECONDS),
    ],
)  # fmt: skip
def test_it_is_over_when_nearly_all_are_answered_soon(later: list[tuple[float, float, str]], seconds: float) -> None:
    assert said_of(*(("rest", *sample) for sample in later))["2 times: as before after"] == seconds


@pytest.mark.parametrize(("answered", "is_missed"), [(94, True), (95, False)])
def test_sign_ins_and_payments_decide(answered: int, is_missed: bool) -> None:
    assert FIRST_ANSWERED_PERCENT_MIN == 95
    samples = [("first", 1.0, 0.1, ANSWERED if number < answered else REFUSED) for number in range(100)]
    assert is_failed(figures_of([a_round(name="borne"), a_round(*samples)])) is is_missed


def test_money_and_sign_ins_are_a_small_part_of_what_is_asked() -> None:
    asked = [RANKS[deed] for deed in MIX]
    assert (len(asked), asked.count("first")) == (80, 2)
    assert asked.count("rest") > asked.count("read") > 20
