"""Plain data into the normalised record, with the field that is wrong named as the file would name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from chassis.schemas import is_storable, schema_of
from deploy.portfolio.errors import MalformedPortfolio, Place
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema


@dataclass(frozen=True, slots=True)
class Placed:
    """An account and where in the file it stands."""

    place: Place
    account: PortfolioAccount


def load_account(data: Mapping[str, Any], *, place: Place) -> PortfolioAccount:
    """The account that the data describes; raises MalformedPortfolio naming its first wrong field."""
    try:
        account = schema_of(PortfolioAccountSchema).load(data)
    except ValidationError as refusal:
        field, sentence = _first_fault(refusal.messages)
        raise MalformedPortfolio(place=place, field=field, sentence=sentence) from refusal
    assert isinstance(account, PortfolioAccount)
    for field, text in _free_text(account):
        if text is not None and not is_storable(text):
            raise MalformedPortfolio(place=place, field=field, sentence="The text is not valid Unicode.")
    return account


def _free_text(account: PortfolioAccount) -> Iterator[tuple[str, str | None]]:
    yield from (("source_ref", account.source_ref), ("issuer", account.issuer))
    yield from (("vehicle.make", account.vehicle.make), ("vehicle.model", account.vehicle.model))
    for number, party in enumerate(account.parties):
        for name in ("first_name", "last_name", "email"):
            yield f"parties.{number}.{name}", getattr(party, name)
        if party.mailing_address is not None:
            for name in ("line_1", "line_2", "city"):
                yield f"parties.{number}.mailing_address.{name}", getattr(party.mailing_address, name)


def _first_fault(messages: Any) -> tuple[str | None, str]:
    """The path of names to the first message, such as `terms.payment_cents`, and the message itself."""
    path: list[str] = []
    while isinstance(messages, dict) and messages:
        name, messages = next(iter(messages.items()))
        if name != "_schema":
            path.append(str(name))
    sentence = messages[0] if isinstance(messages, list) and messages else messages
    return ".".join(path) or None, str(sentence)
