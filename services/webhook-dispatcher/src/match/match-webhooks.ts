import type { WebhookDoc } from "@wildcat/shared/store"

/** What matching needs of a webhook. */
export type MatchedWebhook = Pick<WebhookDoc, "_id" | "tenant" | "account" | "events" | "enabled">

interface MatchedEvent {
  tenant: string
  account?: string | undefined
  type: string
}

/** The webhooks that an event goes to: enabled, of its tenant, of its account or of all, subscribed to its type. */
export function matchWebhooks<W extends MatchedWebhook>(event: MatchedEvent, webhooks: readonly W[]): W[] {
  return webhooks.filter(
    (webhook) =>
      webhook.enabled &&
      webhook.tenant === event.tenant &&
      (webhook.account === null || webhook.account === event.account) &&
      webhook.events.some((pattern) => matchesType(pattern, event.type)),
  )
}

/** `*` is every type, `message.*` every type below `message`, anything else exactly itself. */
export function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return true
  if (pattern.endsWith(".*")) return type.startsWith(pattern.slice(0, -1)) && type.length > pattern.length - 1
  return pattern === type
}
