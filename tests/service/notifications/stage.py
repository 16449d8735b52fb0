"""The stage of the stories: notifications on its database, and the sandbox that plays the vendors."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.doors import Outcome
from chassis.events import Envelope, Event
from chassis.store import Database
from services.accounts.contract.events import account_flagged, account_unflagged
from services.notifications.contract.events import mail_queued
from services.notifications.providers.sendgrid import SendGridMail
from services.notifications.providers.twilio import TwilioText
from services.notifications.rules.alerts import DUE_SOON_DAYS, Alert
from services.notifications.rules.kinds import CARRIED, Channel
from services.notifications.service import NotificationsService
from services.payments.contract.events import payment_declined, payment_posted
from tests.builders.heard import HEARD
from tests.builders.notifications import (
    ACCOUNT,
    ADA,
    ADAS_PHONE,
    a_contact,
    a_declined_payment,
    a_posted_payment,
    a_secure_mail,
)
from tests.builders.wiring import an_event, call, deliver, emitted
from tests.fixtures.dying import dies_at
from tests.fixtures.sandbox import ACCOUNT_SID, RunningSandbox

IDENTITY = as_service("identity")
CONNECT_SECONDS = 3.0
READ_SECONDS = 0.4
IMPATIENT_SECONDS = 0.05


def sendgrid_at(url: str, *, read_seconds: float = READ_SECONDS) -> SendGridMail:
    return SendGridMail(
        api_key="SG.local", base_url=url, from_email="service@captive.example", from_name="Kia Finance America",
        connect_seconds=CONNECT_SECONDS, read_seconds=read_seconds,
    )  # fmt: skip


def twilio_at(
    url: str, *, public_url: str = "http://127.0.0.1:8000", read_seconds: float = READ_SECONDS
) -> TwilioText:  # fmt: skip
    return TwilioText(
        account_sid=ACCOUNT_SID, auth_token="secret", base_url=url, from_number="+15005550006", public_url=public_url,
        connect_seconds=CONNECT_SECONDS, read_seconds=read_seconds,
    )  # fmt: skip


@dataclass
class Stage:
    """What a story may do and see."""

    service: NotificationsService
    database: Database
    sandbox: RunningSandbox
    clock: FixedClock

    def put(self, contact: Mapping[str, Any]) -> None:
        call(self.service.put_contact, request=contact, context=IDENTITY)

    def send_secure_mail(self, *, key: str = "registration-1", **differences: Any) -> str:
        reply = call(
            self.service.send_secure_mail, request=a_secure_mail(**differences), context=IDENTITY, key=key
        )  # fmt: skip
        return str(reply["message_id"])

    def send_secure_text(self, *, key: str = "code-1", **differences: Any) -> str:
        request = {"template": "security_code", "to_phone": ADAS_PHONE, "code": "204816", **differences}
        return str(call(self.service.send_secure_text, request=request, context=IDENTITY, key=key)["message_id"])

    def posted(self, **differences: Any) -> Envelope:
        return self._payment(payment_posted, a_posted_payment(**differences))

    def declined(self, **differences: Any) -> Envelope:
        return self._payment(payment_declined, a_declined_payment(**differences))

    def flag(self, kind: str, *, sequence: int = 1, stands: bool = True) -> None:
        """Accounts tells that staff set a flag on the account, or cleared it."""
        standing = {
            "status": "open", "amount_due_cents": 0, "past_due_cents": 0, "next_due_on": None,
            "next_instalment_number": None, "days_past_due": 0, "payoff_ceiling_cents": 0, "payments_made": 0,
        }  # fmt: skip
        dates = {"from_on": date(2026, 11, 1), "through_on": None} if stands else {"cleared_on": date(2026, 11, 20)}
        event = account_flagged if stands else account_unflagged
        data = {"account_id": ACCOUNT, "standing": standing, "kind": kind, **dates}
        told = an_event(event, clock=self.clock, subject=ACCOUNT, data=data, sequence=sequence)
        door = self.service.on_account_flagged if stands else self.service.on_account_unflagged
        assert deliver(door, told) is Outcome.DONE

    def queued(self) -> list[Envelope]:
        """What is on its way to a vendor."""
        return [told for told in emitted(self.database) if told.name in ("mail_queued", "text_queued")]

    def sent(self) -> list[Envelope]:
        return self.told("notification_sent")

    def told(self, name: str) -> list[Envelope]:
        return emitted(self.database, name=name)

    def an_unknown_mail(self) -> str:
        """A mail that its vendor took without answering in time."""
        message_id = self.send_secure_mail()
        self.sandbox.fault("sendgrid", "slow", seconds=1, calls=1)
        self.service.mail = sendgrid_at(self.sandbox.url, read_seconds=IMPATIENT_SECONDS)
        assert self.send_all() == [Outcome.UNKNOWN]
        self.service.mail = sendgrid_at(self.sandbox.url)
        return message_id

    def an_unknown_text(self) -> str:
        """A text that its vendor took without answering in time."""
        self.put(a_contact())
        self.hear(self.posted())
        self.sandbox.fault("twilio", "slow", seconds=1, calls=1)
        self.service.texts = twilio_at(self.sandbox.url, read_seconds=IMPATIENT_SECONDS)
        assert Outcome.UNKNOWN in self.send_all()
        self.service.texts = twilio_at(self.sandbox.url)
        (row,) = self.rows("SELECT id FROM messages WHERE channel = 'sms'")
        return str(row[0])

    def send_all(self) -> list[Outcome]:
        """Deliver every queued message to the errand, as the bus would; those that were sent are sent no more."""
        return [self.send(envelope) for envelope in self.queued()]

    def send(self, envelope: Envelope) -> Outcome:
        is_mail = envelope.name == mail_queued.name
        return deliver(self.service.on_mail_queued if is_mail else self.service.on_text_queued, envelope)

    def tell(self, envelope: Envelope) -> None:
        """A payment's event arrives, and what it queues is sent."""
        assert self.hear(envelope) is Outcome.DONE
        self.send_all()

    def hear(self, envelope: Envelope) -> Outcome:
        posted = envelope.name == payment_posted.name
        return deliver(self.service.on_payment_posted if posted else self.service.on_payment_declined, envelope)

    def kept(self, *, user_id: str = ADA) -> dict[str, tuple[str, str]]:
        """What became of the newest message of each channel that a vendor carries: state and reason."""
        found = self.kept_everywhere(user_id=user_id)
        return {channel: outcome for channel, outcome in found.items() if channel in CARRIED}

    def kept_everywhere(self, *, user_id: str = ADA) -> dict[str, tuple[str, str]]:
        """The same, with the inbox."""
        page = call(self.service.list_messages, request={"user_id": user_id}, context=IDENTITY)
        return {row["channel"]: (row["state"], row["reason"]) for row in reversed(page["data"])}

    def mail_state(self, message_id: str) -> tuple[str, str]:
        (row,) = self.rows(f"SELECT state, reason FROM messages WHERE id = '{message_id}'")
        return row[0], row[1]

    def rows(self, statement: str) -> list[Any]:
        with self.database.engine.begin() as connection:
            return list(connection.execute(text(statement)))

    def change(self, statement: str) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(text(statement))

    def everything_stored(self) -> str:
        """Every row of every table that holds what we were told, as text."""
        tables = (
            "contacts",
            "contact_accounts",
            "messages",
            "inbox_items",
            "outbox",
            "attempts",
            "command_replies",
            "inbox",
        )
        return "\n".join(str(self.rows(f"SELECT t::text FROM {table} t")) for table in tables)

    def dies_while(self, work: Callable[[], Any], *, at: str) -> None:
        """Do the work in a copy of this process that is killed at a failpoint."""
        dies_at(at, database=self.database, work=work)

    def wants_everything(self) -> None:
        """Ada has chosen every alert by every channel, on every day."""
        matrix = json.dumps({str(alert): list(Channel) for alert in Alert})
        days = ", ".join(map(str, DUE_SOON_DAYS))
        self.change(
            "INSERT INTO choices (user_id, version, matrix, due_soon_days, changed_at)"
            f" VALUES ('{ADA}', 1, '{matrix}', ARRAY[{days}], now())"
        )

    def heard(self, event: Event, *, because_of: Envelope | None = None, **differences: Any) -> Envelope:
        """Another service tells something of Ada's account, it arrives, and what it queues is sent."""
        envelope = self.told_elsewhere(event, **differences)
        if because_of is not None:
            envelope = replace(envelope, causation_id=because_of.id, root_id=because_of.root_id)
        assert deliver(self.handler_of(event), envelope) is Outcome.DONE
        self.send_all()
        return envelope

    def told_elsewhere(self, event: Event, **differences: Any) -> Envelope:
        """Another service tells something of Ada's account; it has not arrived here."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=1))
        return an_event(event, clock=self.clock, subject=ACCOUNT, data={**HEARD[event], **differences})

    def handler_of(self, event: Event) -> Any:
        return getattr(self.service, f"on_{event.name}")

    def _payment(self, event: Event, data: Mapping[str, Any]) -> Envelope:
        # A moment later each time, so that the messages of two payments are newer and older.
        self.clock.move_to(self.clock.now() + timedelta(seconds=1))
        return an_event(event, clock=self.clock, subject=ACCOUNT, data=data)
