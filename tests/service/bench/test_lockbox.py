"""The lockbox's measurement takes in what it wrote, and accounts for every cent of it."""

import pytest

from deploy.bench.lockbox import Form, books_with_accounts, measure


@pytest.mark.slow
def test_every_cheque_gets_into_the_books() -> None:
    said: list[str] = []
    with books_with_accounts(accounts=5) as (books, numbers):
        figures = measure(books=books, numbers=numbers, form=Form(lines=200, accounts=5, rounds=2), say=said.append)
    assert [figure.name for figure in figures] == [
        "lines a second", "processor time a line", "the same of PostgreSQL",
    ]  # fmt: skip
    assert figures[0].value > 0
    assert figures[0].target is not None
    assert (figures[0].target.at_least, figures[0].target.decides) == (2_000, True)
    assert len(said) == 2
