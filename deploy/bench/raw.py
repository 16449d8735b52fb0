"""The ceiling: the same event loop, HTTP server and AMQP library, and nothing else. No worker, no checks, no reconnect.

`python -m deploy.bench.raw gateway|service URL PORT`. Answers come back on the broker's direct reply-to.
"""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import eventlet
from eventlet import wsgi
from eventlet.event import Event

from deploy.bench import sampling
from deploy.bench.question import answered, asked, rendered

QUEUE = "raw-asked"
REPLY_TO = "amq.rabbitmq.reply-to"
# Only this copy of the library waits in green ways; the process itself stays as it was.
amqp = eventlet.import_patched("amqp")


def connected(url: str) -> Any:
    parts = urlsplit(url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=unquote(parts.path[1:]),
    )
    connection.connect()
    # Where it is true the library reads the socket before each publishing, beside whoever reads it already.
    connection.client_properties["capabilities"]["connection.blocked"] = False
    return connection


def serve_answers(url: str) -> None:
    connection = connected(url)
    channel = connection.channel()
    channel.queue_declare(queue=QUEUE, durable=True, auto_delete=False)
    channel.basic_qos(0, 32, False)

    def on_message(message: Any) -> None:
        body = json.dumps(answered(**json.loads(message.body)))
        reply = amqp.Message(body, correlation_id=message.properties["correlation_id"])
        channel.basic_publish(reply, exchange="", routing_key=message.properties["reply_to"])
        channel.basic_ack(message.delivery_tag)

    channel.basic_consume(QUEUE, callback=on_message)
    while True:
        connection.drain_events()


def serve_questions(url: str, port: int) -> None:
    connection = connected(url)
    channel = connection.channel()
    waiting: dict[str, Event] = {}

    def on_answer(message: Any) -> None:
        waiting.pop(message.properties["correlation_id"]).send(json.loads(message.body))

    channel.basic_consume(REPLY_TO, no_ack=True, callback=on_answer)
    count = 0

    def application(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal count
        count += 1
        correlation, waiter = str(count), Event()
        waiting[correlation] = waiter
        question = json.dumps(asked(environment["PATH_INFO"]))
        message = amqp.Message(question, correlation_id=correlation, reply_to=REPLY_TO)
        channel.basic_publish(message, exchange="", routing_key=QUEUE)
        body = rendered(waiter.wait())
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    eventlet.spawn(wsgi.server, eventlet.listen(("127.0.0.1", port), backlog=512), application, log_output=False)
    while True:
        connection.drain_events()


def main(arguments: list[str]) -> None:
    part, url, port = arguments
    sampling.obey_signals()
    if part == "gateway":
        serve_questions(url, int(port))
    else:
        serve_answers(url)


if __name__ == "__main__":
    main(sys.argv[1:])
