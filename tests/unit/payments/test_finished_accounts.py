"""An account that takes no payments says why, each in its own words."""

import pytest

from services.payments.contract.errors import AccountTakesNoPayments
from services.payments.rules.limits import refuse_unpayable


@pytest.mark.parametrize(
    ("status", "word"), [("paid_off", "paid off"), ("closed", "closed"), ("charged_off", "charged off")]
)
def test_the_reason_is_the_true_one(status: str, word: str) -> None:
    standing = {"status": status, "payoff_ceiling_cents": 0}
    with pytest.raises(AccountTakesNoPayments, match=word):
        refuse_unpayable(standing=standing, pending_cents=0, amount_cents=100)
