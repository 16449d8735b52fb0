"""The import's measurement takes over what it invented, and says what each arm took."""

import pytest

from chassis.store import Database
from deploy.bench.bulk_import import Form, empty_books, measure
from deploy.ledger_check import check


@pytest.mark.slow
def test_every_arm_gets_into_the_books_and_the_books_agree() -> None:
    said: list[str] = []
    with empty_books() as books:
        figures = measure(books=books, form=Form(accounts=20, rounds=1), say=said.append)
        database = Database(url=books.urls["accounts"], service="accounts", clock=books.clock)
        assert check(database) == []
        database.close()
    rates = {figure.name: figure for figure in figures if figure.unit == "/s"}
    assert list(rates) == [
        f"{arm}, accounts a second" for arm in ("loans", "leases", "every fifth a lease", "a file of loans")
    ]
    assert all(figure.value > 0 for figure in figures if "PostgreSQL" not in figure.name)
    assert [name for name, figure in rates.items() if figure.target and figure.target.decides] == [
        "loans, accounts a second"
    ]
    assert len(said) == 1
