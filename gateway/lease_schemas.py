"""Shapes of HTTP alone about leases: what a path says already is left out, and what payments knows is put beside."""

from marshmallow import fields

from chassis.schemas import Strict
from services.leases.contract import early_ends, extensions
from services.leases.contract import schemas as leases


class GiveServicememberNotice(early_ends.GiveServicememberNotice):
    """On which orders, how their copy reaches us, and when the vehicle comes back: within 15 days."""

    class Meta:
        exclude = ("account_id",)


class _WithAutopay(Strict):
    autopay_enabled = fields.Boolean(required=True, allow_none=True)


class LeaseEndShown(_WithAutopay, leases.LeaseEnd):
    """The options side by side. While autopay is on, it draws the payments of an extension too, and of each month that
    is renewed, on their due dates. `autopay_enabled` is null while payments cannot be asked: unknown, not off.
    """


class ExtensionShown(_WithAutopay, extensions.Extension):
    """An extension as far as it has come. While autopay is on, it draws the payments of these months too, on their due
    dates. `autopay_enabled` is null while payments cannot be asked: unknown, not off.
    """


class RenewalShown(_WithAutopay, extensions.Renewal):
    """A lease that goes on from month to month. While autopay is on, it draws each month that is begun on its due date.
    `autopay_enabled` is null while payments cannot be asked: unknown, not off.
    """
