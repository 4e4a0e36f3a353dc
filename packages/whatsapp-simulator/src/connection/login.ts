import type { proto } from "@whiskeysockets/baileys"
import { randomBytes } from "node:crypto"
import type { Handshake } from "../noise/responder.ts"
import { serverAddress } from "../stanza/addresses.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { node } from "../stanza/nodes.ts"
import type { ClientConnection } from "./client-connection.ts"
import { LinkedDevice } from "./linked-device.ts"
import type { ServerParts } from "./server-parts.ts"

const minuteSeconds = 60

/** After the handshake: a client without credentials may be linked, a known device is let in, anything else is refused. */
export function admit(parts: ServerParts, connection: ClientConnection, handshake: Handshake): void {
  const { clientPayload, clientStaticKey } = handshake
  if (clientPayload.devicePairingData) return parts.pairings.offer(connection, clientStaticKey, clientPayload)
  const device = findDevice(parts, clientPayload)
  const fault = parts.faults.take("login-failure", device?.user.id)
  if (fault) return refuse(parts, connection, fault.reason)
  if (!device || !device.noiseStaticKey.equals(clientStaticKey)) return refuse(parts, connection, 401)
  parts.counters.logins += 1
  const before = parts.connections.loggedIn(device, connection)
  before?.streamError({}, [node("conflict", { type: "replaced" })])
  const { primary, secondary, tertiary } = clientPayload.userAgent?.appVersion ?? {}
  device.version = [primary, secondary, tertiary].join(".")
  connection.belongsTo(device.user.id, parts.faults)
  welcome(connection, device)
}

function findDevice(parts: ServerParts, payload: proto.ClientPayload): LinkedDevice | undefined {
  const device = parts.directory.byNumber(String(payload.username))?.devices.get(payload.device ?? 0)
  return device instanceof LinkedDevice ? device : undefined
}

function refuse(parts: ServerParts, connection: ClientConnection, reason: number): void {
  parts.counters.loginsRefused += 1
  connection.end(node("failure", { reason, location: "sim" }))
}

function welcome(connection: ClientConnection, device: LinkedDevice): void {
  const lid = device.user.address("lid", device.id)
  connection.send(node("success", { t: nowSeconds(), lid, props: "1", abprops: "1", location: "sim" }))
  connection.send(node("ib", {}, [node("edge_routing", {}, [node("routing_info", {}, randomBytes(8))])]))
  const timestamp = nowSeconds() - minuteSeconds
  connection.send(
    node("ib", { from: serverAddress, id: stanzaId() }, [node("dirty", { type: "account_sync", timestamp })]),
  )
}

/** The client has said it is ready: what waits is delivered, and after its first login the phone sends keys and history. */
export function activate(parts: ServerParts, connection: ClientConnection, device: LinkedDevice): void {
  const isHeld = parts.faults.take("offline-end-held", device.user.id) !== undefined
  device.goLive(connection, (end) => (isHeld ? parts.faults.onceCleared(end) : end()))
  if (!device.needsInitialSync) return
  device.needsInitialSync = false
  const phone = parts.people.phone(device.user.id)
  const known = parts.people.allContacts().map(({ user }) => user)
  phone?.syncCompanion(device, known)
}
