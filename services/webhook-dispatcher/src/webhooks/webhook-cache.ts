import { z } from "zod"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Store, WebhookDoc } from "@wildcat/shared/store"
import { partitionOfHost } from "../membership/membership.ts"

/** A webhook as this process uses it: its secrets opened once per change, not once per delivery. */
export interface CachedWebhook extends Omit<WebhookDoc, "secret" | "previousSecret" | "headers"> {
  /** Host and port; caps and partitions go by it. */
  host: string
  partition: string
  /** Secrets to sign with, the present one first; null when they cannot be read. */
  secrets: readonly { secret: string; until: Date | null }[] | null
  customHeaders: Readonly<Record<string, string>>
}

export interface WebhookCache {
  /** Brings the copy up to every change that was answered before this call. One small read when nothing changed. */
  refresh(): Promise<void>
  /** Reads everything anew: what a process left behind that died between a change and its mark. */
  reload(): Promise<void>
  get(id: string): CachedWebhook | undefined
  ofTenant(tenant: string): readonly CachedWebhook[]
  all(): IterableIterator<CachedWebhook>
}

const Headers = z.record(z.string(), z.string())

export function createWebhookCache(parts: { store: Store; box: SecretBox; log: Logger }): WebhookCache {
  const { models, collections } = parts.store
  const byId = new Map<string, CachedWebhook>()
  const byTenant = new Map<string, CachedWebhook[]>()
  let revision = -1
  let loading: Promise<void> = Promise.resolve()

  const forget = (id: string) => {
    const known = byId.get(id)
    if (!known) return
    byId.delete(id)
    const left = (byTenant.get(known.tenant) ?? []).filter(({ _id }) => _id !== id)
    if (left.length > 0) byTenant.set(known.tenant, left)
    else byTenant.delete(known.tenant)
  }
  const remember = (doc: WebhookDoc) => {
    forget(doc._id)
    const webhook = cachedOf(doc, parts)
    byId.set(doc._id, webhook)
    byTenant.set(doc.tenant, [...(byTenant.get(doc.tenant) ?? []), webhook])
  }
  const load = async (ids: readonly string[] | null) => {
    const found = await models.webhooks.find(ids === null ? {} : { _id: { $in: [...ids] } }).lean<WebhookDoc[]>()
    const existing = new Set(found.map(({ _id }) => _id))
    for (const id of ids ?? [...byId.keys()]) if (!existing.has(id)) forget(id)
    found.forEach(remember)
  }
  const bring = async (everything: boolean) => {
    const current = (await collections.revisions.findOne({ _id: "webhooks" })) ?? { n: 0, changed: [] }
    const behind = current.n - revision
    if (behind === 0 && !everything) return
    const listed = !everything && revision >= 0 && behind > 0 && behind <= current.changed.length
    await load(listed ? [...new Set(current.changed.slice(-behind))] : null)
    revision = current.n
  }
  // One after the other: an older answer must not overwrite a newer one.
  const inTurn = (everything: boolean) => {
    const next = loading.then(() => bring(everything))
    loading = next.catch(() => undefined)
    return next
  }
  return {
    refresh: () => inTurn(false),
    reload: () => inTurn(true),
    get: (id) => byId.get(id),
    ofTenant: (tenant) => byTenant.get(tenant) ?? [],
    all: () => byId.values(),
  }
}

function cachedOf(doc: WebhookDoc, { box, log }: { box: SecretBox; log: Logger }): CachedWebhook {
  const { secret, previousSecret, headers, ...rest } = doc
  const host = URL.parse(doc.url)?.host ?? doc.url
  const open = (sealed: Buffer, context: string) => box.open(bytesOf(sealed), `${context}:${doc._id}`).toString("utf8")
  let secrets: CachedWebhook["secrets"] = null
  let customHeaders = {}
  try {
    const previous = previousSecret
      ? [{ secret: open(previousSecret.secret, "webhook"), until: previousSecret.until }]
      : []
    secrets = [{ secret: open(secret, "webhook"), until: null }, ...previous]
    if (headers) customHeaders = Headers.parse(JSON.parse(open(headers, "webhook-headers")))
  } catch (error) {
    secrets = null
    log.error({ error, webhook: doc._id }, "webhook.secret_not_readable")
  }
  return { ...rest, host, partition: partitionOfHost(host), secrets, customHeaders }
}

/** What mongoose calls a Buffer comes as BSON's Binary when documents are read lean. */
function bytesOf(value: Uint8Array | { buffer: Uint8Array }): Uint8Array {
  return value instanceof Uint8Array ? value : value.buffer
}
