"""The ways out of a lease: what each would cost, taking one, and how far it has come."""

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import lease_examples
from gateway.lease_schemas import GiveServicememberNotice
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import PurchaseTerms, SignOdometerStatement, StartBuyout, VehicleValue
from services.leases.contract import early_ends, options

PRICING = ("buyer_not_allowed", "state_policy_missing")
OPENING = ("option_already_open", "option_not_open")
QUOTING = ("good_through_out_of_range", "nothing_to_pay_off", "quote_kind_unfit")


@route(
    "GET", "/v1/leases/{account_id}/buyout-quote", operation="previewBuyout", has_etag=True,
    tags=("leases",), who=(CUSTOMER,),
    query=PurchaseTerms, gives=options.BuyoutPreview, summary="What buying the vehicle would cost by a date",
    example=lease_examples.BUYOUT_PREVIEW, errors=(*PRICING, "good_through_out_of_range"),
)  # fmt: skip
def preview_buyout(call: HttpCall) -> Reply:
    """Nothing is promised: post to `buyouts` for a price that is sure to buy the vehicle."""
    return call.relay("leases", "get_buyout_quote", account_id=call.path["account_id"], **call.query)


@route(
    "POST", "/v1/leases/{account_id}/buyouts", operation="startBuyout", status=201, tags=("leases",), who=(CUSTOMER,),
    idempotent=True, takes=StartBuyout, gives=options.Buyout, replies=("Location",),
    summary="Be promised a price that buys the vehicle", sends={"good_through": "2026-12-03", "buyer": "lessee"},
    example=lease_examples.BUYOUT, errors=(*PRICING, *OPENING, *QUOTING),
)  # fmt: skip
def start_buyout(call: HttpCall) -> Reply:
    """Pay `payoff_cents` by `good_through` and name `quote_id` in the payment: that buys the vehicle.

    Until then no other way out can be taken. What is paid beyond the price is sent back.
    """
    answer = call.ask("leases", "start_buyout", account_id=call.path["account_id"], **call.body)
    where = f"/v1/leases/{answer.data['account_id']}/buyouts/{answer.data['id']}"
    return Reply(answer.data, replayed=answer.replayed, headers={"Location": where})


@route(
    "GET", "/v1/leases/{account_id}/buyouts/{buyout_id}", operation="getBuyout", rank=Rank.READ, tags=("leases",),
    who=(CUSTOMER,), has_etag=True, gives=options.Buyout, summary="A purchase, its odometer statement and its title",
    example=lease_examples.BUYOUT,
)  # fmt: skip
def get_buyout(call: HttpCall) -> Reply:
    return call.relay(
        "leases", "get_buyout", account_id=call.path["account_id"], option_id=call.path["buyout_id"]
    )  # fmt: skip


@route(
    "DELETE", "/v1/leases/{account_id}/buyouts/{buyout_id}", operation="cancelBuyout", tags=("leases",),
    who=(CUSTOMER,), gives=options.Buyout, summary="Choose another way after all", example=lease_examples.BUYOUT,
)  # fmt: skip
def cancel_buyout(call: HttpCall) -> Reply:
    """A purchase that is paid stays. The promised price stays good until its last day all the same."""
    return call.relay(
        "leases", "cancel_buyout", account_id=call.path["account_id"], option_id=call.path["buyout_id"]
    )  # fmt: skip


@route(
    "GET", "/v1/leases/{account_id}/early-termination-quote", operation="quoteEarlyTermination", has_etag=True,
    tags=("leases",),
    who=(CUSTOMER,), query=VehicleValue, gives=early_ends.EarlyTerminationQuote,
    summary="What ending the lease early would cost, and how so", example=lease_examples.EARLY_TERMINATION,
)  # fmt: skip
def quote_early_termination(call: HttpCall) -> Reply:
    """Give the vehicle's value where you know one: an offer or an appraisal. Without it the charge stays open."""
    return call.relay("leases", "get_early_termination_quote", account_id=call.path["account_id"], **call.query)


@route(
    "POST", "/v1/leases/{account_id}/servicemember-notice", operation="giveServicememberNotice", status=201,
    tags=("leases",), who=(CUSTOMER,), idempotent=True, takes=GiveServicememberNotice,
    gives=early_ends.ServicememberNotice, example=lease_examples.SERVICEMEMBER_NOTICE,
    summary="End the lease as a servicemember (50 USC 3955)",
    sends={
        "basis": "deployed", "orders_on": "2026-11-01", "evidence": "a message to the desk, sent today",
        "return_on": "2026-12-01",
    },
    errors=(*OPENING, "servicemember_notice_given", "servicemember_orders_do_not_fit"),
)  # fmt: skip
def give_servicemember_notice(call: HttpCall) -> Reply:
    """The notice counts from today. Send the orders, and bring the vehicle within 15 days: no charge is made for the
    early end, and rent is owed for the days before both are here. `early-termination-quote` says how much.
    """
    return call.relay("leases", "give_servicemember_notice", account_id=call.path["account_id"], **call.body)


@route(
    "GET", "/v1/leases/{account_id}/servicemember-notice", operation="getServicememberNotice", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,), has_etag=True, gives=early_ends.ServicememberNotice,
    summary="The notice that you gave last, and what came of it", example=lease_examples.SERVICEMEMBER_NOTICE,
)  # fmt: skip
def get_servicemember_notice(call: HttpCall) -> Reply:
    return call.relay("leases", "get_servicemember_notice", account_id=call.path["account_id"])


@route(
    "DELETE", "/v1/leases/{account_id}/servicemember-notice", operation="withdrawServicememberNotice",
    tags=("leases",), who=(CUSTOMER,), gives=early_ends.ServicememberNotice, summary="Keep the lease after all",
    example={**lease_examples.SERVICEMEMBER_NOTICE, **lease_examples.WITHDRAWN}, errors=("option_step_not_possible",),
)  # fmt: skip
def withdraw_servicemember_notice(call: HttpCall) -> Reply:
    """Once staff have ended the lease, the notice stays."""
    return call.relay("leases", "withdraw_servicemember_notice", account_id=call.path["account_id"])


@route(
    "POST", "/v1/leases/{account_id}/odometer-statements", operation="signOdometerStatement", status=201,
    tags=("leases",), who=(CUSTOMER,), idempotent=True, takes=SignOdometerStatement, gives=options.OdometerStatement,
    summary="Sign the odometer statement (49 CFR 580.7)", example=lease_examples.ODOMETER_STATEMENT,
    sends={
        "printed_name": "Jane Driver", "lessee_address": "1 Elm St., Plano, TX 75023", "miles": 31310,
        "certification": "actual",
    },
    errors=("odometer_runs_back", "reading_date_out_of_range"),
)  # fmt: skip
def sign_odometer_statement(call: HttpCall) -> Reply:
    """An exempt vehicle (49 CFR 580.17) needs none: what you state all the same is kept, and its notice says so."""
    return call.relay("leases", "sign_odometer_statement", account_id=call.path["account_id"], **call.body)


ROUTES = (
    preview_buyout, start_buyout, get_buyout, cancel_buyout, quote_early_termination,
    give_servicemember_notice, get_servicemember_notice, withdraw_servicemember_notice, sign_odometer_statement,
)  # fmt: skip
