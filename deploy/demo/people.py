"""Who registers in the demo, and how anyone registers: account number and a few facts, a mail, a link."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from deploy.demo.client import Client, Mailbox, eventually

ACCEPTED_TERMS = "2026-01"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo portfolio, with the log-in to be."""

    first_name: str
    last_name: str
    account_number: str
    ssn_last4: str
    email: str
    phone: str
    password: str


def register(*, client: Client, mailbox: Mailbox, person: Person) -> str:
    """Register, wait for the mail, follow its link; gives the mail's subject."""
    known = len(mailbox.mails_to(person.email))
    client.post(
        "/v1/registrations",
        {
            "account_number": person.account_number,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "ssn_last4": person.ssn_last4,
            "password": person.password,
            "accepted_terms": ACCEPTED_TERMS,
        },
        expect=202,
    )
    mail = eventually(
        lambda: next(iter(mailbox.mails_to(person.email)[: len(mailbox.mails_to(person.email)) - known]), None),
        what=f"the verification mail to {person.email}",
    )
    token = parse_qs(urlsplit(mail["links"][0]).query)["token"][0]
    client.post("/v1/email-verifications", {"token": token}, expect=204)
    subject: str = mail["subject"]
    return subject


def sign_in_when_ready(*, client: Client, person: Person) -> None:
    """Sign in with the fresh log-in."""
    eventually(lambda: client.sign_in(user_id=person.email, password=person.password), what=f"{person.email} signed in")
