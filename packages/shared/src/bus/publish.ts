import { JSONCodec } from "nats"
import { eventBytesMax, tasks } from "../contracts/index.ts"
import type { LiveEvent, TaskName, TaskPayload, WildcatEvent } from "../contracts/index.ts"
import type { Bus } from "./connect.ts"

const json = JSONCodec()

/**
 * Publishes an event and waits until the stream has stored it. Publishing the same event again is harmless: the stream
 * knows its id. Throws when NATS does not confirm in time (try again) or when the event is larger than 64 KiB.
 */
export async function publishEvent(bus: Bus, event: WildcatEvent): Promise<void> {
  const payload = json.encode(event)
  if (payload.byteLength > eventBytesMax) throw new EventTooLarge(event.id, payload.byteLength)
  await bus.jetStream.publish(bus.subjects.event(event), payload, { msgID: event.id })
}

/** Publishes an event that nobody stores; lost when nobody listens. */
export function publishLive(bus: Bus, event: LiveEvent & { account: string }): void {
  bus.connection.publish(bus.subjects.live(event), json.encode(event))
}

/** Queues a task; `dedupeId` makes a second publish of the same task harmless. */
export async function publishTask<N extends TaskName>(
  bus: Bus,
  name: N,
  payload: TaskPayload<N>,
  dedupeId: string,
): Promise<void> {
  const parsed = tasks[name].schema.parse(payload)
  await bus.jetStream.publish(bus.subjects.mediaTask(parsed), json.encode(parsed), { msgID: dedupeId })
}

/** An event over the limit: a bug of ours, since large fields are kept out of events. */
export class EventTooLarge extends Error {
  constructor(id: string, bytes: number) {
    super(`event ${id} has ${bytes} bytes, more than ${eventBytesMax}`)
    this.name = "EventTooLarge"
  }
}
