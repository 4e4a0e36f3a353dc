import { connect } from "nats"
import type { JetStreamClient, JetStreamManager, NatsConnection } from "nats"
import { subjectsOf } from "../contracts/index.ts"
import type { Subjects } from "../contracts/index.ts"
import { firstConnection, tolerate } from "../runtime/index.ts"
import type { Logger, ReadyCheck } from "../runtime/index.ts"

/** A connection to NATS with the names of this installation. */
export interface Bus {
  connection: NatsConnection
  jetStream: JetStreamClient
  manager: JetStreamManager
  subjects: Subjects
  log: Logger
  /** Readiness: null while connected. */
  check: ReadyCheck
  /** Lets what is under way finish, then closes. */
  close(): Promise<void>
}

/**
 * Connects to NATS, waiting for it as long as it takes, and keeps reconnecting for ever. `natsUrl` may list several
 * servers and hold user and password.
 */
export async function connectBus(options: {
  natsUrl: string
  prefix: string
  name: string
  log: Logger
}): Promise<Bus> {
  const connection = await connectFirst(options)
  const state = { connected: true }
  void watch(connection, options.log, state)
  return {
    connection,
    jetStream: connection.jetstream({ timeout: 2_000 }),
    manager: await firstConnection("JetStream", options.log, () => connection.jetstreamManager({ timeout: 5_000 })),
    subjects: subjectsOf(options.prefix),
    log: options.log,
    check: () => (state.connected && !connection.isClosed() ? null : "not connected to NATS"),
    close: async () => {
      if (connection.isClosed()) return
      // A drain waits for the server; without a server there is nothing to wait for.
      if (state.connected) await tolerate(connection.drain(), "the connection is closed next", options.log)
      await connection.close()
    },
  }
}

async function connectFirst(options: { natsUrl: string; name: string; log: Logger }): Promise<NatsConnection> {
  const urls = options.natsUrl.split(",").map((url) => new URL(url.includes("://") ? url : `nats://${url}`))
  const [first] = urls
  const user = first?.username
    ? { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }
    : {}
  return firstConnection("NATS", options.log, () =>
    connect({
      servers: urls.map((url) => url.host),
      name: options.name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: 5_000,
      // A stack for every request costs more than the request, also when it succeeds.
      noAsyncTraces: true,
      ...user,
    }),
  )
}

async function watch(connection: NatsConnection, log: Logger, state: { connected: boolean }): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") state.connected = false
    if (status.type === "reconnect") state.connected = true
    if (["disconnect", "reconnect", "error"].includes(status.type)) log.warn({ status: status.type }, "bus.status")
  }
}
