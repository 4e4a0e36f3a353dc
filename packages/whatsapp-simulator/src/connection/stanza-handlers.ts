import { isAdmin } from "../directory/groups.ts"
import { addressingOf, isGroupAddress, serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, child, childBytes, node } from "../stanza/nodes.ts"
import type { ClientConnection } from "./client-connection.ts"
import { forbidden, malformed, unknown } from "./iq-answer.ts"
import { answerIq, reply } from "./iq-handlers.ts"
import type { LinkedDevice } from "./linked-device.ts"
import type { ServerParts } from "./server-parts.ts"
import { judge } from "./stanza-name.ts"
import { isCredibleMessage } from "./stanza-rules.ts"
import type { StanzaName } from "./stanza-table.ts"

/** How the server refuses a message it cannot make sense of. */
const malformedCode = 479

export type Session = { parts: ServerParts; connection: ClientConnection; device: LinkedDevice }
/** Hands a stanza to its handler. Before login only the answers of the pairing are understood. */
export function handleStanza(parts: ServerParts, connection: ClientConnection, stanza: Stanza): void {
  if (parts.connections.isReplaced(connection)) {
    parts.counters.stanzasAfterReplacement += 1
    return
  }
  const device = parts.connections.deviceOf(connection)
  if (!device) return handleBeforeLogin(parts, connection, stanza)
  const session = { parts, connection, device }
  const verdict = judge(stanza, parts.counters, (problem) => parts.refusals.add(problem))
  if ("refusal" in verdict) return refuse(session, stanza, verdict.refusal)
  const { name } = verdict
  if (isQuery(name)) return answerIq(session, stanza, name)
  switch (stanza.tag) {
    case "message":
      return acceptMessage(session, stanza)
    case "receipt":
      return acceptReceipt(session, stanza)
    case "ack":
      return acceptAck(session, stanza)
    case "presence":
      return acceptPresence(session, stanza)
    case "chatstate":
      return passOnChatState(session, stanza)
    case "call":
      return acceptCall(session, stanza)
  }
}

/** Answers what is not in the table of stanzas, or not as it says, with an error of the stanza's own form. */
function refuse(session: Session, stanza: Stanza, refusal: "unknown" | "malformed"): void {
  if (stanza.tag === "iq") return reply(session, stanza, refusal === "unknown" ? unknown : malformed)
  const error = stanza.tag === "message" ? malformedCode : (refusal === "unknown" ? unknown : malformed).error
  if (stanza.tag !== "ack") session.connection.send(ackOf(stanza, { error }))
}

function isQuery(name: StanzaName): name is Exclude<Extract<StanzaName, `iq ${string}`>, "iq result"> {
  return name.startsWith("iq ") && name !== "iq result"
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

/** A message is refused by a fault, by a group that lets only admins write, or because it is none. */
function refusalOf(parts: ServerParts, device: LinkedDevice, message: Stanza): { code: number } | undefined {
  const fault = parts.faults.take("ack-error", device.user.id)
  if (fault) return fault
  const group = parts.groups.find(attribute(message, "to"))
  if (group?.settings.announcement && !isAdmin(group, device.user)) return { code: forbidden.error }
  const accountKey = parts.people.phone(device.user.id)?.accountKey
  const hasToken = child(message, "tctoken") !== undefined
  if (hasToken && isWelcome(parts, device, message)) parts.counters.privacyTokens += 1
  else if (hasToken) return malformedMessage(parts, "a privacy token its recipient never gave")
  if (!accountKey || isCredibleMessage(message, device, accountKey)) return undefined
  return malformedMessage(parts, "no encryption, or a device identity that is not vouched for")
}

/** Whether the message carries the token its recipient has given to the sender. */
function isWelcome({ directory }: ServerParts, sender: LinkedDevice, message: Stanza): boolean {
  const recipient = directory.user(attribute(message, "to"))
  return recipient?.profile.tokensGiven.get(sender.user) === childBytes(message, "tctoken").toString("hex")
}

function malformedMessage({ counters, refusals }: ServerParts, problem: string): { code: number } {
  counters.malformedStanzas += 1
  refusals.add(`malformed: message: ${problem}`)
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
  // By this a client tells which name others shall see.
  device.user.name = attribute(presence, "name") ?? device.user.name
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
