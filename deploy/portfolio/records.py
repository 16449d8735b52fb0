"""Plain data into the normalised record, with the field that is wrong named as the file would name it."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from deploy.portfolio.errors import MalformedPortfolio, Place
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema


def load_account(data: Mapping[str, Any], *, place: Place) -> PortfolioAccount:
    """The account that the data describes; raises MalformedPortfolio naming its first wrong field."""
    try:
        account = PortfolioAccountSchema().load(data)
    except ValidationError as refusal:
        field, sentence = _first_fault(refusal.messages)
        raise MalformedPortfolio(place=place, field=field, sentence=sentence) from refusal
    assert isinstance(account, PortfolioAccount)
    return account


def _first_fault(messages: Any) -> tuple[str | None, str]:
    """The path of names to the first message, such as `terms.payment_cents`, and the message itself."""
    path: list[str] = []
    while isinstance(messages, dict) and messages:
        name, messages = next(iter(messages.items()))
        if name != "_schema":
            path.append(str(name))
    sentence = messages[0] if isinstance(messages, list) and messages else messages
    return ".".join(path) or None, str(sentence)
