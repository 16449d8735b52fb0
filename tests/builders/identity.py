"""A customer at identity's doors: registers, opens the mail, signs in; named for the steps they take."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.clock import FixedClock
from chassis.context import NOBODY, CallContext, Grant
from chassis.doors import Outcome
from services.identity.contract.events import (
    contact_change_asked,
    contact_changed,
    email_verified,
    message_written,
    recovery_requested,
    registration_received,
)
from services.identity.service import IdentityService
from tests.builders.neighbours import AccountsDesk, MailRoom
from tests.builders.wiring import call, deliver, emitted

PASSWORD = "a quiet ferry at dawn"
HOME = "192.0.2.1"
SETTLED_MAX = 500
SIGN_IN = {"user_id": "dana@example.com", "password": PASSWORD}


def a_claim(**changed: Any) -> dict[str, Any]:
    """The registration of a person whom accounts knows."""
    claim = {
        "account_number": "7003124417",
        "first_name": "Dana",
        "last_name": "Whitfield",
        "email": "Dana@Example.com",
        "ssn_last4": "7391",
        "password": PASSWORD,
        "accepted_terms": "2026-01",
    }
    return claim | changed


def somebody_at(network: str) -> CallContext:
    """Nobody who has signed in, as the gateway sees where they are."""
    return replace(NOBODY, details={"client_address": network, "network": network})


@dataclass
class Counter:
    """Identity as a customer meets it; events are delivered only when the test says so."""

    identity: IdentityService
    accounts: AccountsDesk
    notifications: MailRoom
    clock: FixedClock
    delivered: set[Any] = field(default_factory=set)

    def pass_time(self, **duration: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**duration))

    def register(self, **changed: Any) -> Any:
        return call(self.identity.register, request=a_claim(**changed), context=NOBODY)

    def settle(self, *, settings: dict[str, Any] | None = None) -> list[Outcome]:
        """Deliver what waits to identity's own errands, as often as the outcome asks for it."""
        doors = {
            registration_received.name: self.identity.on_registration_received,
            email_verified.name: self.identity.on_email_verified,
            recovery_requested.name: self.identity.on_recovery_requested,
            contact_change_asked.name: self.identity.on_contact_change_asked,
            contact_changed.name: self.identity.on_contact_changed,
            message_written.name: self.identity.on_message_written,
        }
        outcomes = []
        for envelope in emitted(self.identity.store):
            if envelope.name in doors and envelope.id not in self.delivered:
                outcome = deliver(doors[envelope.name], envelope, settings=settings)
                outcomes.append(outcome)
                if outcome in (Outcome.DONE, Outcome.DUPLICATE):
                    self.delivered.add(envelope.id)
        return outcomes

    def settle_all(self) -> None:
        """Deliver until nothing waits: what is heard may have a mail written."""
        while self.settle():
            assert len(self.delivered) < SETTLED_MAX

    def verify(self, token: str | None = None) -> None:
        call(self.identity.verify_email, request={"token": token or self.notifications.last_token}, context=NOBODY)

    def join(self, **changed: Any) -> None:
        """The whole way to a user who can sign in."""
        self.register(**changed)
        self.settle()
        self.verify()
        self.settle()

    def sign_in(self, *, network: str = HOME, **changed: Any) -> Any:
        return call(self.identity.open_session, request=SIGN_IN | changed, context=somebody_at(network))

    def templates(self) -> list[str]:
        """The mails that were sent, by their templates."""
        return [mail["template"] for mail in self.notifications.mails]

    def ask_for_reset(self, *, email: str = "dana@example.com") -> Any:
        """A link to a new password is asked for, and mailed where it should be."""
        answer = call(self.identity.request_password_reset, request={"email": email}, context=NOBODY)
        self.settle_all()
        return answer

    def ask_for_user_id(self, *, email: str = "dana@example.com") -> Any:
        return call(self.identity.request_user_id_reminder, request={"email": email}, context=NOBODY)

    def reset(self, *, password: str, token: str | None = None, network: str = HOME) -> None:
        """Open the link in the latest mail."""
        request = {"token": token or self.notifications.last_token, "password": password}
        call(self.identity.reset_password, request=request, context=somebody_at(network))

    def change_password(self, *, caller: CallContext | None = None, **changed: str) -> None:
        """As somebody who has just signed in, unless the caller is given."""
        request = {"password": PASSWORD, **changed}
        context = caller or self.as_caller(self.sign_in())
        call(self.identity.change_password, request=request, context=context)

    def refresh(self, token: str) -> Any:
        return call(self.identity.refresh_session, request={"refresh_token": token}, context=NOBODY)

    def read(self, access_token: str) -> Any:
        """The token, verified with the published keys."""
        published = call(self.identity.get_signing_keys, request={}, context=NOBODY)
        return jwt.decode(access_token, KeySet.import_key_set(published), algorithms=["Ed25519"])

    def as_caller(self, session: dict[str, Any]) -> CallContext:
        """The context that the gateway makes of the session's access token."""
        claims = self.read(session["access_token"]).claims
        return CallContext(
            subject=claims["sub"],
            role=claims["roles"][0],
            accounts=tuple(Grant(**grant) for grant in claims["accounts"]),
            session_id=claims["sid"],
            auth_time=claims["auth_time"],
            request_id="test",
            details={"client_address": HOME, "network": HOME},
        )

    def event_ids(self) -> list[Any]:
        return [envelope.id for envelope in emitted(self.identity.store)]

    def events(self) -> list[str]:
        return [envelope.name for envelope in emitted(self.identity.store)]
