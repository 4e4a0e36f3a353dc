import { createHash } from "node:crypto"
import type { CommandVerb } from "./commands.ts"

/** Number of shards that accounts hash to; streams can be split by shard later without renaming a subject. */
export const shards = 16

/**
 * All NATS names of one installation; nothing else builds a subject. Every token is an id of ours or a catalogue
 * name, never a JID or user text.
 */
export function subjectsOf(prefix: string) {
  const upper = prefix.toUpperCase().replaceAll("-", "_")
  return {
    prefix,
    /** Stream of all events, kept for days. */
    eventsStream: `${upper}_EVENTS`,
    /** Work queue of media to fetch. */
    mediaStream: `${upper}_MEDIA`,
    /** KV bucket of worker heartbeats. */
    workersBucket: `${prefix}_workers`,
    /** KV bucket of orders to workers (`drain.<worker>`): nothing in it expires. */
    ordersBucket: `${prefix}_orders`,
    allEvents: `${prefix}.events.>`,
    allMedia: `${prefix}.media.>`,
    /** An event of no account has `none` in the place of its account. */
    event: (event: { tenant: string; account?: string | undefined; type: string }) =>
      `${prefix}.events.${shardOf(event.account ?? event.tenant)}.${event.tenant}.${event.account ?? "none"}.${event.type}`,
    /** What a tenant may subscribe to. */
    eventsOfTenant: (tenant: string) => `${prefix}.events.*.${tenant}.>`,
    eventsOfAccount: (tenant: string, account: string) => `${prefix}.events.*.${tenant}.${account}.>`,
    /** Never stored: QR codes, presence. */
    live: (event: { tenant: string; account: string; type: string }) =>
      `${prefix}.live.${event.tenant}.${event.account}.${event.type}`,
    liveOfTenant: (tenant: string) => `${prefix}.live.${tenant}.>`,
    command: (account: string, verb: CommandVerb) => `${prefix}.commands.${account}.${verb}`,
    commandsOfAccount: (account: string) => `${prefix}.commands.${account}.>`,
    mediaTask: (task: { tenant: string; account: string }) =>
      `${prefix}.media.${shardOf(task.account)}.${task.tenant}.${task.account}`,
    /** "Look again": an account's desired state changed. Lossy; workers also look by themselves. */
    accountsNudge: `${prefix}.nudges.accounts`,
    /** "Look again": the workers that the payload names got an order, or it was taken back. Lossy; workers also look by themselves. */
    ordersNudge: `${prefix}.nudges.orders`,
    /** "Look again": webhooks were made, changed or deleted. Lossy; dispatchers also look by themselves. */
    webhooksNudge: `${prefix}.nudges.webhooks`,
    /** "Look again": deliveries became due, of the webhooks that the payload lists or of any. Lossy as the others. */
    deliveriesNudge: `${prefix}.nudges.deliveries`,
  }
}

export type Subjects = ReturnType<typeof subjectsOf>

function shardOf(account: string): number {
  return createHash("sha256").update(account).digest().readUInt32BE(0) % shards
}
