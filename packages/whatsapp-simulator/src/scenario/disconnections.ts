import type { ClientConnection } from "../connection/client-connection.ts"
import type { LinkedDevice } from "../connection/linked-device.ts"
import type { ServerParts } from "../connection/server-parts.ts"
import { node } from "../stanza/nodes.ts"
import type { OperationRequest } from "./operations/all.ts"

type How = OperationRequest<"disconnect">["how"]

const ways = {
  drop: (connection) => connection.drop(),
  close: (connection) => connection.end(),
  replaced: (connection) => connection.streamError({}, [node("conflict", { type: "replaced" })]),
  "500": (connection) => connection.streamError({ code: 500 }),
  "503": (connection) => connection.streamError({ code: 503 }),
  "515": (connection) => connection.streamError({ code: 515 }),
  freeze: (connection) => connection.freeze(),
} satisfies Record<How, (connection: ClientConnection) => void>

/** Ends (or freezes) the connections of devices; returns how many there were. */
export function endConnections(parts: ServerParts, devices: LinkedDevice[], how: How): number {
  const connections = devices.flatMap((device) => parts.connections.connectionOf(device) ?? [])
  for (const connection of connections) ways[how](connection)
  return connections.length
}

/** The phone removes its companions: their connections end with 401, later logins are refused. */
export function removeDevices(parts: ServerParts, devices: LinkedDevice[]): void {
  for (const device of devices) {
    const connection = parts.connections.connectionOf(device)
    device.user.devices.delete(device.id)
    device.pending.clear()
    parts.counters.logouts += 1
    connection?.streamError({ code: 401 }, [node("conflict", { type: "device_removed" })])
  }
}
