"""Takes Captive's webhooks on a port: `SECRET=whsec_… python take_webhooks.py 9000`; `pip install standardwebhooks`."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["SECRET"])
known: set[str] = set()  # Keep yours in a database, beside what the event changed.


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = webhook.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(400)
        else:
            if event["id"] not in known:
                known.add(event["id"])
                print(event["type"], event["subject"], event["sequence"], flush=True)
            self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
