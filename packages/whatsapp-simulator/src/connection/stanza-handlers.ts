import { addressingOf, isGroupAddress, serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, node } from "../stanza/nodes.ts"
import type { ClientConnection } from "./client-connection.ts"
import { answerIq } from "./iq-handlers.ts"
import type { LinkedDevice } from "./linked-device.ts"
import type { ServerParts } from "./server-parts.ts"
import { isIncomplete, isWellFormedMessage } from "./stanza-rules.ts"

/** How the server refuses a message it cannot make sense of. */
const malformedCode = 479

export type Session = { parts: ServerParts; connection: ClientConnection; device: LinkedDevice }
type Handler = (session: Session, stanza: Stanza) => void

/** What the server does with each kind of stanza of a logged-in client. */
const handlers: Record<string, Handler> = {
  iq: answerIq,
  message: acceptMessage,
  receipt: acceptReceipt,
  ack: acceptAck,
  presence: acceptPresence,
  chatstate: passOnChatState,
  ib: () => undefined,
  call: acceptCall,
}

/** Hands a stanza to its handler. Before login only the answers of the pairing are understood. */
export function handleStanza(parts: ServerParts, connection: ClientConnection, stanza: Stanza): void {
  const device = parts.connections.deviceOf(connection)
  if (!device) return handleBeforeLogin(parts, connection, stanza)
  if (isIncomplete(stanza)) parts.counters.malformedStanzas += 1
  const handler = handlers[stanza.tag]
  if (handler) handler({ parts, connection, device }, stanza)
  else parts.counters.unknownStanzas += 1
}

function handleBeforeLogin(parts: ServerParts, connection: ClientConnection, stanza: Stanza): void {
  if (stanza.tag !== "iq") return
  if (attribute(stanza, "xmlns") !== "w:p") return parts.pairings.receive(connection, stanza)
  connection.send(node("iq", { type: "result", id: attribute(stanza, "id"), from: serverAddress }))
}

/** Accepts a message after the usual delay: the ack leaves, then the recipients have it. */
function acceptMessage({ parts, connection, device }: Session, message: Stanza): void {
  const phoneId = device.user.id
  parts.counters.messagesFromClients += 1
  const delayMs = parts.faults.take("ack-delay", phoneId)?.delayMs ?? parts.ackDelayMs
  connection.acks.push(delayMs, () => {
    const refusal = refusalOf(parts, device, message)
    const isSilent = !refusal && parts.faults.take("ack-drop", phoneId) !== undefined
    if (!isSilent) connection.send(ackOf(message, refusal && { error: refusal.code }))
    if (!refusal) parts.messages.route(device, message)
  })
}

/** A message is refused by a fault, or because it is none. */
function refusalOf(parts: ServerParts, device: LinkedDevice, message: Stanza): { code: number } | undefined {
  const fault = parts.faults.take("ack-error", device.user.id)
  const accountKey = parts.people.phone(device.user.id)?.accountKey
  if (fault || !accountKey || isWellFormedMessage(message, device, accountKey)) return fault
  parts.counters.malformedStanzas += 1
  return { code: malformedCode }
}

function acceptReceipt({ parts, connection, device }: Session, receipt: Stanza): void {
  parts.counters.receiptsFromClients += 1
  if (attribute(receipt, "type") === "retry") parts.counters.retriesRequested += 1
  device.pending.settleByReceipt(receipt)
  connection.send(ackOf(receipt))
  if (attribute(receipt, "type") === "server-error") parts.people.phone(device.user.id)?.uploadAgain(device, receipt)
  else parts.receipts.route(device, receipt)
}

function acceptAck({ parts, device }: Session, ack: Stanza): void {
  if (attribute(ack, "class") === "message" && attribute(ack, "error") !== undefined)
    parts.counters.messagesRefused += 1
  device.pending.settleByAck(ack)
}

function acceptPresence({ parts, device }: Session, presence: Stanza): void {
  const type = attribute(presence, "type")
  const to = attribute(presence, "to")
  const user = parts.directory.user(to)
  if (type === "subscribe" && user && to !== undefined) parts.presences.subscribe(device, user, to)
  else if (type === "available" || type === "unavailable") parts.presences.set(device.user, type)
}

function passOnChatState({ parts, device }: Session, state: Stanza): void {
  const to = attribute(state, "to") ?? ""
  const target = isGroupAddress(to) ? undefined : parts.directory.user(to)
  const from = device.user.address(addressingOf(to))
  for (const other of target?.devices.values() ?? []) other.deliver({ ...state, attrs: { from } })
}

/** A client rejects a call: the ack is what it waits for. */
function acceptCall({ connection }: Session, call: Stanza): void {
  connection.send(ackOf(call))
}

function ackOf(stanza: Stanza, extra?: { error: number }): Stanza {
  const attributes = {
    class: stanza.tag,
    id: attribute(stanza, "id"),
    from: attribute(stanza, "to"),
    type: stanza.tag === "receipt" ? attribute(stanza, "type") : undefined,
    participant: attribute(stanza, "participant"),
    t: nowSeconds(),
  }
  return node("ack", { ...attributes, ...extra })
}
