// A subscriber with Node and amqplib that books the money of every posted payment, once.
// BUS_URL and QUEUE as the operator gave them; BOOK is a file of its own. Run it under something that restarts it.
import { fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { connect } from 'amqplib'

const { BUS_URL, QUEUE, BOOK } = process.env
const POSTED = 'captive.payments.payment_posted.v1', SCHEMA = 'urn:captive:event:payments:payment_posted:1'

// One line for each event is both the memory of what was taken and what came of it, so that a crash leaves both or
// neither. A line that a crash has cut short does not count: its event was not acknowledged and comes again.
const book = openSync(BOOK, 'a+')
const text = readFileSync(BOOK)
const whole = text.subarray(0, text.lastIndexOf('\n') + 1)
ftruncateSync(book, whole.length)
const taken = new Set(whole.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line).event_id))

function bookOnce({ id, dataschema, data: { payment_id, amount_cents } }) {
  if (dataschema !== SCHEMA || !id || !payment_id || !Number.isSafeInteger(amount_cents)) {
    throw new TypeError('another shape than the one we know')
  }
  if (taken.has(id)) return
  const line = Buffer.from(JSON.stringify({ event_id: id, payment_id, amount_cents }) + '\n')
  if (writeSync(book, line) !== line.length) throw new Error('the disk is full')
  fsyncSync(book)
  taken.add(id)
}

const connection = await connect(BUS_URL)
const channel = await connection.createChannel()
let stopping = false
for (const end of [connection, channel]) {
  end.on('error', (error) => console.error(error.message))
  end.on('close', () => stopping || process.exit(1))
}
// One at a time: whatever waits here behind a message that kills the process is counted as tried with it.
await channel.prefetch(1)
const { consumerTag } = await channel.consume(QUEUE, (message) => {
  if (message === null) process.exit(1) // The broker took the queue away.
  try {
    const event = JSON.parse(message.content)
    if (typeof event.type !== 'string') throw new TypeError('no event')
    if (event.type === POSTED) bookOnce(event)
  } catch (error) {
    // No event, or not as promised: no try could succeed. To the dead letters. All else is ours: the restart tries again.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    return channel.reject(message, false)
  }
  channel.ack(message) // Handled now or before, or of a type that we do not know.
})

process.on('SIGTERM', async () => {
  stopping = true
  await channel.cancel(consumerTag) // A message is handled in one go, so none is in hand here.
  await channel.close() // After the acknowledgements.
  await connection.close()
})
