// Takes Captive's webhooks on a port: `SECRET=whsec_… node take_webhooks.mjs 9000`; needs no package.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.SECRET.replace(/^whsec_/, ""), "base64");
const known = new Set(); // Keep yours in a database, beside what the event changed.

function isOurs(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(at)) < 300)) return false;
  const right = createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest();
  return signatures.split(" ").some((signature) => { // Two of them while the secret is changed.
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  if (!isOurs(request.headers, body)) return response.writeHead(400).end();
  const event = JSON.parse(body);
  if (!known.has(event.id)) console.log(event.type, event.subject, event.sequence);
  known.add(event.id);
  response.writeHead(204).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
