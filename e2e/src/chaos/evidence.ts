import { connectBus } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { createLogger } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import type { Receiver } from "@wildcat/testkit"
import { z } from "zod"
import type { Gateway } from "./gateway.ts"
import type { Evidence, SeenEvent } from "./ledger.ts"
import type { Town } from "./town.ts"
import type { Traffic } from "./traffic.ts"

const Event = z.object({
  id: z.string(),
  type: z.string(),
  account: z.string().default(""),
  sequence: z.number().nullable().default(null),
  data: z.object({
    id: z.string().optional(),
    waId: z.string().optional(),
    message: z.string().optional(),
    status: z.string().optional(),
  }),
})
type Event = z.infer<typeof Event>

/** Looks at every side, as often as asked; what is read once of the stream and of the webhook is not read again. */
export interface Witness {
  look(traffic: Traffic, town: Town): Promise<Evidence>
  close(): Promise<void>
}

const batchMax = 1_000

/** Call it when NATS and MongoDB are left alone: it is no part of what must stand a storm. */
export async function callWitness(gateway: Gateway, receiver: Receiver): Promise<Witness> {
  const log = createLogger({ service: "chaos", level: "fatal" })
  const bus = await connectBus({ ...gateway, name: "chaos", log })
  const store = await connectStore({ ...gateway, name: "chaos", log })
  const stream: Event[] = []
  const webhook: Event[] = []
  const read = streamReader(bus)
  const { simulator } = gateway
  return {
    async look({ inbound, outbound }, { accounts, contacts }) {
      stream.push(...(await read()))
      webhook.push(...receiver.requests.splice(0).map(({ body }) => Event.parse(JSON.parse(body.toString()))))
      const stored = await storedMessages(store)
      const waIds = new Map([...stored, ...stream.map(({ data }) => data)].map(({ id, waId }) => [id, waId]))
      const arrived = contacts.map(async ({ id: contactId }) => {
        const messages = await simulator.receivedMessages({ contactId })
        return messages.map(({ messageId: waId, text, caption, copies }) => ({
          contactId,
          waId,
          text: text ?? caption ?? "",
          copies,
        }))
      })
      const queues = await Promise.all(accounts.map(({ phoneId }) => simulator.queue({ phoneId })))
      return {
        inbound,
        outbound,
        arrived: (await Promise.all(arrived)).flat(),
        stream: stream.map((event) => seen(event, waIds)),
        webhook: webhook.map((event) => seen(event, waIds)),
        stored,
        unacknowledged: queues.flat().length,
        notConnected: await store.models.accounts.countDocuments({ status: { $ne: "connected" } }),
      }
    },
    async close() {
      await bus.close()
      await store.close()
    },
  }
}

/** Answers what has come since the call before. */
function streamReader(bus: Bus): () => Promise<Event[]> {
  let next = 1
  return async () => {
    const events: Event[] = []
    const { state } = await bus.manager.streams.info(bus.subjects.eventsStream)
    if (state.last_seq < next) return events
    const consumer = await bus.jetStream.consumers.get(bus.subjects.eventsStream, { opt_start_seq: next })
    while (next <= state.last_seq) {
      for await (const message of await consumer.fetch({ max_messages: batchMax, expires: 2_000 })) {
        next = message.seq + 1
        events.push(Event.parse(message.json()))
        if (next > state.last_seq) break
      }
    }
    return events
  }
}

async function storedMessages({ collections }: Store) {
  const fields = { projection: { account: 1, waId: 1, fromMe: 1, status: 1 } }
  const messages = await collections.messages.find({}, fields).toArray()
  return messages.map(({ _id: id, account, waId, fromMe, status }) => ({ id, account, waId, fromMe, status }))
}

function seen(
  { id, type, account, sequence, data }: Event,
  waIds: Map<string | undefined, string | undefined>,
): SeenEvent {
  const waId = data.waId ?? waIds.get(data.message) ?? null
  return {
    id,
    type,
    account,
    sequence,
    about: waId !== null && type === "message.status" ? `${waId} ${data.status}` : waId,
  }
}
