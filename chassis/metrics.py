"""What every process counts: calls, handlers, outbox, inbox and how late the event loop runs."""

from prometheus_client import Counter, Gauge, Histogram, generate_latest

CALLS = Histogram(
    "captive_rpc_seconds", "Time to answer an RPC", ["service", "method", "outcome"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)  # fmt: skip
HANDLED = Counter("captive_events_handled_total", "Events by what became of them", ["service", "handler", "outcome"])
PUBLISHED = Counter("captive_events_published_total", "Events that the broker confirmed", ["service"])
RELAY_FAILURES = Counter("captive_relay_failures_total", "Tries to publish that failed", ["service"])
UNROUTED = Counter("captive_events_unrouted_total", "Events that should have had a queue but had none", ["service"])
HTTP = Histogram(
    "captive_http_seconds", "Time to answer an HTTP request", ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
LOOP_LAG = Gauge("captive_loop_lag_seconds", "How late the event loop woke last", [])


def render() -> bytes:
    """The exposition text."""
    return generate_latest()
