"""Plain data into the normalised record, with the field that is wrong named as the file would name it."""

from collections.abc import Callable, Iterator, Mapping
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


def load_account(data: Mapping[str, Any], *, place: Place, named: Callable[[str], str] = str) -> PortfolioAccount:
    """The account that the data describes; raises MalformedPortfolio naming its wrong fields, the first with why.

    `named` gives what the file calls a field.
    """
    try:
        account = schema_of(PortfolioAccountSchema).load(data)
    except ValidationError as refusal:
        (field, sentence), *others = _faults(refusal.messages)
        also = f" Also wrong: {', '.join(sorted({named(name) for name, _ in others if name}))}." if others else ""
        raise MalformedPortfolio(place=place, field=field and named(field), sentence=f"{sentence}{also}") from refusal
    assert isinstance(account, PortfolioAccount)
    for field, text in _free_text(account):
        if text is not None and not is_storable(text):
            raise MalformedPortfolio(place=place, field=named(field), sentence="The text is not valid Unicode.")
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


def _faults(messages: Any, path: tuple[str, ...] = ()) -> list[tuple[str | None, str]]:
    """Each message with the path of names to it, such as `terms.payment_cents`, in the order of the fields."""
    if isinstance(messages, dict):
        return [
            fault
            for name, deeper in messages.items()
            for fault in _faults(deeper, path if name == "_schema" else (*path, str(name)))
        ]
    said = messages if isinstance(messages, list) else [messages]
    return [(".".join(path) or None, str(sentence)) for sentence in said]
