import { AckPolicy, DeliverPolicy, DiscardPolicy, NatsError, RetentionPolicy, StorageType, nanos } from "nats"
import type { StreamConfig } from "nats"
import { tasks } from "../contracts/index.ts"
import { firstConnection } from "../runtime/index.ts"
import type { Bus } from "./connect.ts"

/** A republished event is recognised by its id for this long. The pump republishes after a crash, within minutes. */
const duplicateWindowMs = 20 * 60_000

/**
 * Creates the streams and lasting buckets of the installation or brings them up to date. Every service calls it at its start;
 * several at once do no harm. Waits as long as it takes for JetStream to do it.
 */
export function provisionStreams(bus: Bus, options: { replicas: number; eventsDays: number }): Promise<void> {
  return firstConnection("streams", bus.log, () => provision(bus, options))
}

async function provision(bus: Bus, options: { replicas: number; eventsDays: number }): Promise<void> {
  await ensureStream(bus, {
    name: bus.subjects.eventsStream,
    subjects: [bus.subjects.allEvents],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_age: nanos(options.eventsDays * 86_400_000),
    num_replicas: options.replicas,
  })
  await ensureStream(bus, {
    name: bus.subjects.mediaStream,
    subjects: [bus.subjects.allMedia],
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    num_replicas: options.replicas,
  })
  await bus.jetStream.views.kv(bus.subjects.ordersBucket, { history: 1, replicas: options.replicas })
}

async function ensureStream(bus: Bus, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  const wanted = { ...config, storage: StorageType.File, duplicate_window: nanos(duplicateWindowMs) }
  try {
    await bus.manager.streams.add(wanted)
  } catch (error) {
    // 10058: the stream exists with another configuration.
    if (!isApiError(error, 10058)) throw error
    await bus.manager.streams.update(config.name, wanted)
  }
}

/** Creates a durable consumer or brings it up to date. Consumers of the same name share the work. */
export async function ensureConsumer(
  bus: Bus,
  options: { stream: string; durable: string; filter?: string; ackWaitMs?: number; maxAckPending?: number },
): Promise<void> {
  await bus.manager.consumers.add(options.stream, {
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(options.ackWaitMs ?? tasks["media.fetch"].ackWaitMs),
    max_ack_pending: options.maxAckPending ?? 1_000,
    ...(options.filter === undefined ? {} : { filter_subject: options.filter }),
  })
}

/** True when JetStream's API answered with this error code. */
export function isApiError(error: unknown, code: number): boolean {
  return error instanceof NatsError && error.api_error?.err_code === code
}
