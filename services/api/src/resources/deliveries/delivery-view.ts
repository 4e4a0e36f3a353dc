import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import type { AttemptDoc, DeliveryDoc } from "@wildcat/shared/store"

export const DeliveryStatus = z.enum(["pending", "delivered", "failed"]).meta({ id: "DeliveryStatus" })

export const DeliveryView = z
  .object({
    id: idSchema("delivery"),
    webhook: idSchema("webhook"),
    account: idSchema("account").nullable(),
    event: z.string().describe("Id of the event, sent as `webhook-id`"),
    type: z.string().describe("Type of the event"),
    status: DeliveryStatus,
    attempts: z.number().int().describe("Attempts begun"),
    dueAt: z.iso.datetime().nullable().describe("When the next attempt is due; null when there is none"),
    lastError: z.string().nullable(),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Delivery", example: exampleOf({ attempts: 1 }) })

const AttemptView = z.object({
  number: z.number().int().describe("1 for the first"),
  startedAt: z.iso.datetime(),
  outcome: z
    .enum(["running", "succeeded", "failed", "unknown"])
    .describe("`unknown` when the process died during the attempt"),
  statusCode: z.number().int().nullable(),
  latencyMs: z.number().nullable(),
  error: z.string().nullable(),
  responseExcerpt: z.string().nullable().describe("Beginning of what the endpoint answered"),
})

export const DeliveryWithAttempts = DeliveryView.extend({ attempts: z.array(AttemptView) }).meta({
  id: "DeliveryWithAttempts",
  example: exampleOf({
    attempts: [
      {
        number: 1,
        startedAt: "2026-11-24T10:00:00.100Z",
        outcome: "succeeded",
        statusCode: 204,
        latencyMs: 41,
        error: null,
        responseExcerpt: null,
      },
    ],
  }),
})

export function viewDelivery(delivery: DeliveryDoc) {
  return {
    id: delivery._id,
    webhook: delivery.webhook,
    account: delivery.account,
    event: delivery.event,
    type: delivery.type,
    status: delivery.status,
    attempts: delivery.attempts,
    dueAt: delivery.status === "pending" ? delivery.dueAt.toISOString() : null,
    lastError: delivery.lastError,
    createdAt: delivery.createdAt.toISOString(),
    completedAt: delivery.completedAt?.toISOString() ?? null,
  }
}

export function viewAttempt(attempt: AttemptDoc) {
  const { number, startedAt, outcome, statusCode, latencyMs, error, responseExcerpt } = attempt
  return { number, startedAt: startedAt.toISOString(), outcome, statusCode, latencyMs, error, responseExcerpt }
}

function exampleOf<T>(attempts: { attempts: T }) {
  return {
    id: "dlv_01JDGZ8Q4W0000000000000000",
    webhook: "whk_01JDGZ8Q4W0000000000000000",
    account: "acc_01JDGZ8Q4W0000000000000000",
    event: "evt_01JDGZ8Q4W0000000000000000",
    type: "message.received",
    status: "delivered",
    ...attempts,
    dueAt: null,
    lastError: null,
    createdAt: "2026-11-24T10:00:00.000Z",
    completedAt: "2026-11-24T10:00:00.141Z",
  }
}
