import type { Stage } from "@wildcat/demo"
import { connectBus } from "@wildcat/shared/bus"
import pino from "pino"
import { z } from "zod"
import type { Contender } from "./contender.ts"
import { linkAccount } from "./link-account.ts"
import { createTally } from "./tally.ts"
import type { Tally } from "./tally.ts"

/** Anything below 1 is not yet with WhatsApp's server. */
const Acknowledged = z.object({ ack: z.number().min(1) })
const Event = z.object({ id: z.string(), type: z.string() })

/** An account of the gateway, used as its clients do: HTTP for sends, the events' subject for what arrives. */
export async function linkWildcat(stage: Stage, bus: { natsUrl: string; prefix: string }): Promise<Contender> {
  const { api } = stage
  const { id, phone } = await linkAccount(stage)
  const received = createTally()
  const stop = await tap(bus, id, received)
  return {
    phone: phone.phone,
    send: async (to, text) => {
      await api.post(`/v1/accounts/${id}/messages?wait=true`, { to, content: { type: "text", text } }, Acknowledged)
    },
    received,
    stop,
  }
}

async function tap(
  options: { natsUrl: string; prefix: string },
  account: string,
  received: Tally,
): Promise<() => Promise<void>> {
  const bus = await connectBus({ ...options, name: "bench", log: pino({ level: "silent" }) })
  bus.connection.subscribe(bus.subjects.eventsOfAccount("*", account), {
    callback: (error, message) => {
      if (error) throw error
      const event = Event.parse(message.json())
      if (event.type === "message.received") received.add(event.id)
    },
  })
  await bus.connection.flush()
  return () => bus.close()
}
