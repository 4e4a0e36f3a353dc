import type { Inbound, Outbound } from "./traffic.ts"

/** Everything that can be seen at the end, from every side. */
export interface Evidence {
  inbound: readonly Inbound[]
  outbound: readonly Outbound[]
  /** Messages that contacts decrypted. */
  arrived: readonly { contactId: string; waId: string; text: string; copies: number }[]
  /** The EVENTS stream, every stored message. */
  stream: readonly SeenEvent[]
  /** What the webhook was called with, every call. */
  webhook: readonly SeenEvent[]
  /** The collection `messages`. */
  stored: readonly { id: string; account: string; waId: string; fromMe: boolean; status: string | null }[]
  /** Stanzas that WhatsApp still keeps for the accounts, because nobody acknowledged them. */
  unacknowledged: number
  notConnected: number
}

/** An event as somebody got it. `about` is what it tells of: a message, in an account. */
export interface SeenEvent {
  id: string
  type: string
  account: string
  sequence: number | null
  about: string | null
}

/** The account of a storm. `lost`, `doubled`, `gaps` and `untrue` name what is wrong; each must be empty. */
export interface Ledger {
  requests: number
  received: number
  events: number
  deliveries: number
  lost: string[]
  doubled: string[]
  gaps: string[]
  /** States at the end that are not what happened. */
  untrue: string[]
  /** Repetitions under one id, which every side must expect. */
  copies: { atContacts: number; inStream: number; atWebhook: number }
  tries: number
}

/** Of each such fact there is one event. */
const kindsOfFacts = new Set(["message.received", "message.sent", "message.status", "media.stored"])
/** States of a message that its contact has. */
const arrivedStates = new Set(["server_ack", "delivered", "read", "played"])

export function drawUp(evidence: Evidence): Ledger {
  const { inbound, outbound, stream, webhook } = evidence
  return {
    requests: outbound.length,
    received: inbound.length,
    events: new Set(stream.map(({ id }) => id)).size,
    deliveries: webhook.length,
    lost: [...lostInbound(evidence), ...lostOutbound(evidence), ...lostByWebhook(evidence)],
    doubled: [...doubledRequests(evidence), ...doubledEvents("stream", stream), ...doubledEvents("webhook", webhook)],
    gaps: gapsOf(stream),
    untrue: untrueOf(evidence),
    copies: {
      atContacts: evidence.arrived.reduce((sum, { copies }) => sum + copies - 1, 0),
      inStream: repetitions(stream),
      atWebhook: repetitions(webhook),
    },
    tries: outbound.flatMap(({ answers }) => answers).reduce((sum, { tries }) => sum + tries, 0),
  }
}

export function isClean(ledger: Ledger): boolean {
  return [ledger.lost, ledger.doubled, ledger.gaps, ledger.untrue].every((each) => each.length === 0)
}

function lostInbound({ inbound, stream, stored }: Evidence): string[] {
  const told = new Set(stream.map(({ type, account, about }) => `${type} ${account} ${about}`))
  const kept = new Set(stored.map(({ account, waId }) => `${account} ${waId}`))
  return inbound.flatMap(({ account, waId, image }) => [
    ...(told.has(`message.received ${account} ${waId}`) ? [] : [`received ${waId}: no event`]),
    ...(kept.has(`${account} ${waId}`) ? [] : [`received ${waId}: not in messages`]),
    ...(!image || told.has(`media.stored ${account} ${waId}`) ? [] : [`received ${waId}: its image is not stored`]),
  ])
}

function lostOutbound({ outbound, arrived, stream }: Evidence): string[] {
  const told = new Set(stream.filter(({ type }) => type === "message.sent").map(({ about }) => about))
  const arrivals = new Map(arrived.map((message) => [`${message.contactId} ${message.text}`, message.waId]))
  return outbound.flatMap(({ contactId, text, answers }) => {
    const waId = arrivals.get(`${contactId} ${text}`)
    const unanswered = answers.find(({ kind }) => kind !== "taken")
    return [
      ...(unanswered === undefined && answers.length > 0 ? [] : [`request "${text}": ${JSON.stringify(unanswered)}`]),
      ...(waId === undefined ? [`request "${text}": the contact has nothing`] : []),
      ...(waId === undefined || told.has(waId) ? [] : [`request "${text}": no event`]),
    ]
  })
}

/** The webhook is called for every event at least once. */
function lostByWebhook({ stream, webhook }: Evidence): string[] {
  const got = new Set(webhook.map(({ id }) => id))
  // A webhook is not told of its own failures.
  const owed = stream.filter(({ type }) => !type.startsWith("webhook."))
  return owed.filter(({ id }) => !got.has(id)).map(({ id, type }) => `webhook: no call for ${type} ${id}`)
}

function doubledRequests({ outbound, arrived }: Evidence): string[] {
  const idsOf = groupBy(arrived, (message) => `${message.contactId} ${message.text}`)
  return outbound.flatMap(({ contactId, text, answers }) => {
    const ids = new Set([
      ...(idsOf.get(`${contactId} ${text}`) ?? []).map(({ waId }) => waId),
      ...answers.flatMap((answer) => (answer.kind === "taken" ? [answer.waId] : [])),
    ])
    return ids.size > 1 ? [`request "${text}": ids ${[...ids].join(", ")}`] : []
  })
}

function doubledEvents(where: string, seen: readonly SeenEvent[]): string[] {
  const about = seen.filter(({ type }) => kindsOfFacts.has(type))
  return [...groupBy(about, (event) => `${event.type} ${event.account} ${event.about}`)].flatMap(([key, events]) => {
    const ids = new Set(events.map(({ id }) => id))
    return ids.size > 1 ? [`${where}: ${key} has events ${[...ids].join(", ")}`] : []
  })
}

/** Per account the sequences of the stream are 1, 2, 3 … in this order; a repetition under one id is no fault. */
function gapsOf(stream: readonly SeenEvent[]): string[] {
  const told = new Set<string>()
  const isFirst = ({ id }: SeenEvent) => !told.has(id) && told.add(id).size > 0
  const ofSessions = stream.filter((event) => event.sequence !== null && isFirst(event))
  return [...groupBy(ofSessions, ({ account }) => account)].flatMap(([account, events]) =>
    events.flatMap(({ sequence }, index) => {
      const before = events[index - 1]?.sequence ?? 0
      return sequence === before + 1 ? [] : [`${account}: ${sequence} follows ${before}`]
    }),
  )
}

function untrueOf({ outbound, arrived, stored, unacknowledged, notConnected }: Evidence): string[] {
  const statuses = new Map(stored.filter(({ fromMe }) => fromMe).map(({ waId, status }) => [waId, status ?? "none"]))
  const arrivals = new Map(arrived.map((message) => [`${message.contactId} ${message.text}`, message.waId]))
  const wrong = outbound.flatMap(({ contactId, text }) => {
    const waId = arrivals.get(`${contactId} ${text}`)
    const status = waId === undefined ? undefined : (statuses.get(waId) ?? "not stored")
    return status === undefined || arrivedStates.has(status)
      ? []
      : [`request "${text}" arrived and its state is ${status}`]
  })
  return [
    ...wrong,
    ...(unacknowledged === 0 ? [] : [`WhatsApp keeps ${unacknowledged} stanzas that nobody acknowledged`]),
    ...(notConnected === 0 ? [] : [`${notConnected} accounts are not connected`]),
  ]
}

function repetitions(seen: readonly SeenEvent[]): number {
  return seen.length - new Set(seen.map(({ id }) => id)).size
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, key)
}
