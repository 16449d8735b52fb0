"""Where mail with money goes: what the company published, by product, purpose and speed, and nothing guessed."""

from typing import Any

from services.accounts.contract.settings import ADDRESSES
from services.accounts.rules.addresses import configured_addresses, mail_to

REGULAR = ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"]
OVERNIGHT = ["Kia Finance America", "Box 650805", "1501 North Plano Rd., Suite 100", "Richardson, TX 75081"]


def settings(**changed: str) -> dict[str, Any]:
    return {setting.name: setting.default for setting in ADDRESSES} | changed


def test_a_payoff_goes_where_the_source_document_says() -> None:
    found = mail_to(configured_addresses(settings()), product="loan", purpose="payoff")
    assert found == {"regular": REGULAR, "overnight": OVERNIGHT}


def test_an_address_that_nobody_published_is_absent() -> None:
    addresses = configured_addresses(settings())
    assert mail_to(addresses, product="lease", purpose="lease_purchase") == {"regular": None, "overnight": None}
    assert {(a.product, a.purpose) for a in addresses} == {
        ("loan", "payment"), ("loan", "payoff"), ("lease", "payment"), ("lease", "payoff"),
    }  # fmt: skip


def test_each_purpose_and_speed_can_have_an_address_of_its_own() -> None:
    addresses = configured_addresses(
        settings(MAIL_LOAN_PAYOFF_OVERNIGHT="Payoffs; 1 Main St.;", MAIL_LEASE_PURCHASE_REGULAR="Titles; Box 1")
    )
    assert mail_to(addresses, product="loan", purpose="payoff") == {
        "regular": REGULAR,
        "overnight": ["Payoffs", "1 Main St."],
    }
    assert mail_to(addresses, product="loan", purpose="payment")["overnight"] == OVERNIGHT
    assert mail_to(addresses, product="lease", purpose="lease_purchase") == {
        "regular": ["Titles", "Box 1"],
        "overnight": None,
    }
