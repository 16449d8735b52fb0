"""What staff do about how a customer signs in; every question and every change is on record with its reason."""

from marshmallow import fields

from chassis.schemas import Strict, Text
from services.identity.contract.schemas import Email, ListSessions

REASON_LENGTH_MIN, REASON_LENGTH_MAX = 10, 500


class OneCustomer(Strict):
    user_id = fields.UUID(required=True)


class FindAgent(Strict):
    """Whether somebody is a member of staff, before work is given to them."""

    agent_id = fields.UUID(required=True)


class FoundAgent(Strict):
    agent_id = fields.UUID(required=True)


class ListCustomerSessions(ListSessions, OneCustomer):
    pass


class EndSessions(OneCustomer):
    """One session of a customer, or all of them where none is named. The reason stays on record."""

    session_id = fields.UUID(load_default=None, allow_none=True)
    reason = Text(required=True, shortest=REASON_LENGTH_MIN, longest=REASON_LENGTH_MAX)


class EndedSessions(Strict):
    """How many were open and are over now; their access tokens work for five minutes at most."""

    ended = fields.Integer(required=True)


class ResetSecondFactor(OneCustomer):
    """For a customer who has lost every way to show a second factor; `reason` says how they proved who they are."""

    reason = Text(required=True, shortest=REASON_LENGTH_MIN, longest=REASON_LENGTH_MAX)


class ResetAgentsSecondFactor(Strict):
    """For a member of staff who has lost every way to show a second factor; operators know them by their address."""

    email = Email(required=True)
    reason = Text(required=True, shortest=REASON_LENGTH_MIN, longest=REASON_LENGTH_MAX)


class SecondFactorReset(Strict):
    """What was removed, and how many sessions ended with it. The password is as before."""

    factors_removed = fields.Integer(required=True)
    passkeys_removed = fields.Integer(required=True)
    sessions_ended = fields.Integer(required=True)
