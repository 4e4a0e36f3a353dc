import { z } from "zod"
import { AddressInput, WebhookFilter, eventTypes, idSchema, isCustomHeader } from "@wildcat/shared/contracts"
import type { RetryPolicy } from "@wildcat/shared/contracts"
import type { StoredFiner, WebhookView as StoredView } from "../../tenant/webhooks.ts"

const prefixes = [...new Set(eventTypes.map((type) => type.split(".")[0]))]

/** What a webhook or an event stream can ask for. */
export const EventPattern = z
  .enum(["*", ...prefixes.map((prefix) => `${prefix}.*`), ...eventTypes])
  .meta({ id: "EventPattern" })

const Filter = WebhookFilter.extend({
  chats: z
    .array(AddressInput.transform(({ jid }) => jid))
    .max(100)
    .nullable()
    .default(null)
    .describe("Only events of these chats, in any form of address; null for all. Events of no chat pass"),
})
  .strict()
  .meta({ id: "WebhookFilterInput" })

const seconds = (max: number) => z.number().min(0).max(max)

const Retry = z
  .strictObject({
    pausesSeconds: z.array(seconds(86_400)).max(30).describe("Pauses before the second, third … attempt"),
    factor: z.number().min(1).max(10).default(2).describe("Each later pause is the one before times this"),
    pauseSecondsMax: seconds(86_400).default(14_400).describe("No pause is longer"),
    totalSeconds: seconds(30 * 86_400)
      .default(86_400)
      .describe("No attempt is made later than this after the first"),
    attemptsMax: z.number().int().min(1).max(100).default(30),
  })
  .meta({ id: "RetryPolicyInput" })

const RetryView = z
  .object({
    pausesSeconds: z.array(z.number()),
    factor: z.number(),
    pauseSecondsMax: z.number(),
    totalSeconds: z.number(),
    attemptsMax: z.number().int(),
  })
  .meta({ id: "RetryPolicy" })

const CustomHeaders = z
  .record(
    z.string().refine(isCustomHeader, "is not a header that a webhook may set"),
    z
      .string()
      .max(1_024)
      .regex(/^[\x20-\x7e]*$/, "must be printable ASCII"),
  )
  .refine((headers) => Object.keys(headers).length <= 20, "must be 20 headers at most")

/** Settings that stay as the installation has them unless they are named. */
export const finerSettings = {
  filter: Filter.nullable().describe("Which events of its types; null for all"),
  headers: CustomHeaders.nullable().describe("Added to each request; their values are not shown again. Null for none"),
  retry: Retry.nullable().describe("When failed attempts are made again; null for the installation's way"),
  timeoutSeconds: z
    .number()
    .min(1)
    .max(60)
    .nullable()
    .describe("Longest wait for an answer; null for the installation's"),
  ordered: z
    .enum(["chat"])
    .nullable()
    .describe("`chat`: the events of a chat one after the other, each waiting for the one before"),
}

export const webhookSettings = {
  url: z.string().min(1).max(2048).describe("Where events are posted to; https, and no private address"),
  events: z.array(EventPattern).min(1).max(50).describe("Event types, `message.*` for all of a kind, or `*`"),
  account: idSchema("account").nullable().describe("Only events of this account; null for all of the tenant"),
  description: z.string().trim().max(200).nullable().describe("For people"),
  enabled: z.boolean().describe("A disabled webhook gets no events"),
}

/** What a webhook without finer settings shows. */
export const finerExample = {
  filter: null,
  headerNames: [],
  retry: null,
  timeoutSeconds: null,
  ordered: null,
  failingSince: null,
  disabledBecause: null,
  previousSecretValidUntil: null,
}

export const WebhookView = z
  .object({
    id: idSchema("webhook"),
    ...webhookSettings,
    url: z.string(),
    events: z.array(z.string()),
    filter: WebhookFilter.nullable(),
    headerNames: z.array(z.string()).describe("Names of the custom headers"),
    retry: RetryView.nullable(),
    timeoutSeconds: z.number().nullable(),
    ordered: z.enum(["chat"]).nullable(),
    failingSince: z.iso.datetime().nullable().describe("Since when every attempt fails; null while it works"),
    disabledBecause: z.string().nullable().describe("Set when Wildcat disabled it because it failed for too long"),
    previousSecretValidUntil: z.iso.datetime().nullable().describe("While a secret rotates: when the one before ends"),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: "Webhook",
    example: {
      id: "whk_01JDGZ8Q4W0000000000000000",
      url: "https://example.com/whatsapp",
      events: ["message.*"],
      account: null,
      description: "CRM",
      enabled: true,
      ...finerExample,
      createdAt: "2026-11-24T10:00:00.000Z",
      updatedAt: "2026-11-24T10:00:00.000Z",
    },
  })

export const webhookParams = z.strictObject({ id: idSchema("webhook") })

export function viewWebhook(webhook: StoredView) {
  return {
    id: webhook._id,
    url: webhook.url,
    events: webhook.events,
    account: webhook.account,
    description: webhook.description,
    enabled: webhook.enabled,
    filter: webhook.filter ?? null,
    headerNames: webhook.headerNames ?? [],
    retry: webhook.retry ? retryView(webhook.retry) : null,
    timeoutSeconds: webhook.timeoutMs ? webhook.timeoutMs / 1_000 : null,
    ordered: webhook.ordered ?? null,
    failingSince: webhook.failing?.since.toISOString() ?? null,
    disabledBecause: webhook.disabledBecause ?? null,
    previousSecretValidUntil: stillValid(webhook.previousSecretUntil),
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  }
}

/** The finer settings as they are stored; what is not named is not in it. */
export function storedSettings({ headers, retry, timeoutSeconds, filter, ordered }: FinerSettings): StoredFiner {
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(ordered === undefined ? {} : { ordered }),
    ...(headers === undefined ? {} : { headers: headers === null ? null : lowerCased(headers) }),
    ...(retry === undefined ? {} : { retry: retry === null ? null : storedRetry(retry) }),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds === null ? null : timeoutSeconds * 1_000 }),
  }
}

type FinerSettings = { [K in keyof typeof finerSettings]?: z.infer<(typeof finerSettings)[K]> | undefined }

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function storedRetry({
  pausesSeconds,
  factor,
  pauseSecondsMax,
  totalSeconds,
  attemptsMax,
}: z.infer<typeof Retry>): RetryPolicy {
  return {
    pausesMs: pausesSeconds.map((each) => each * 1_000),
    factor,
    pauseMsMax: pauseSecondsMax * 1_000,
    totalMs: totalSeconds * 1_000,
    attemptsMax,
  }
}

function retryView({ pausesMs, factor, pauseMsMax, totalMs, attemptsMax }: RetryPolicy): z.infer<typeof RetryView> {
  return {
    pausesSeconds: pausesMs.map((each) => each / 1_000),
    factor,
    pauseSecondsMax: pauseMsMax / 1_000,
    totalSeconds: totalMs / 1_000,
    attemptsMax,
  }
}

function stillValid(until: Date | null): string | null {
  return until !== null && until > new Date() ? until.toISOString() : null
}
