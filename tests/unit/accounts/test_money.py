"""Money is read, rounded and written to the cent in one place."""

from decimal import Decimal

import pytest

from chassis.money import cents_from_dollars, format_dollars, round_half_up_cents


@pytest.mark.parametrize(
    ("exact", "cents"),
    [("9410.5", 9411), ("9411.5", 9412), ("0.4999", 0), ("-0.5", -1), ("12345678901234.5", 12345678901235)],
)
def test_a_half_cent_is_rounded_away_from_zero(exact: str, cents: int) -> None:
    assert round_half_up_cents(Decimal(exact)) == cents


@pytest.mark.parametrize(
    ("text", "cents"), [("17148.76000000", 1714876), (".07", 7), ("12", 1200), ("-3.5", -350), ("1.", 100)]
)
def test_a_plain_dollar_amount_is_read_exactly(text: str, cents: int) -> None:
    assert cents_from_dollars(text) == cents


@pytest.mark.parametrize("text", ["", "1,234.56", "$5", "1e3", "NaN", "1.2.3", "٣", "9" * 60, "0.005"])
def test_what_is_not_a_plain_amount_of_whole_cents_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"plain dollar amount|fraction of a cent"):
        cents_from_dollars(text)


def test_a_fraction_of_a_cent_is_rounded_when_the_reader_asks_for_it() -> None:
    assert cents_from_dollars("2.03721974", round_sub_cents=True) == 204
    assert cents_from_dollars("0.005", round_sub_cents=True) == 1


@pytest.mark.parametrize(
    ("cents", "text"), [(123456, "$1,234.56"), (-5, "-$0.05"), (0, "$0.00"), (100000000, "$1,000,000.00")]
)
def test_cents_are_written_as_dollars(cents: int, text: str) -> None:
    assert format_dollars(cents) == text
