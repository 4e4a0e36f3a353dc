import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountOfBody } from "../account-of-body.ts"
import {
  WebhookView,
  finerExample,
  finerSettings,
  storedSettings,
  viewWebhook,
  webhookSettings,
} from "./webhook-view.ts"

const optionalFiner = z.object(finerSettings).partial().shape

const NewWebhook = z
  .strictObject({
    ...webhookSettings,
    ...optionalFiner,
    account: webhookSettings.account.optional(),
    description: webhookSettings.description.default(null),
    enabled: webhookSettings.enabled.default(true),
  })
  .meta({ id: "NewWebhook", example: { url: "https://example.com/whatsapp", events: ["message.*"] } })

const CreatedWebhook = WebhookView.extend({
  secret: z.string().describe("Signs every delivery (Standard Webhooks). Shown this once"),
}).meta({
  id: "CreatedWebhook",
  example: {
    id: "whk_01JDGZ8Q4W0000000000000000",
    url: "https://example.com/whatsapp",
    events: ["message.*"],
    account: null,
    description: null,
    enabled: true,
    ...finerExample,
    createdAt: "2026-11-24T10:00:00.000Z",
    updatedAt: "2026-11-24T10:00:00.000Z",
    secret: "whsec_…",
  },
})

export const createWebhook = route({
  method: "post",
  path: "/v1/webhooks",
  operation: "createWebhook",
  tag: "webhooks",
  summary: "Have events posted to a URL",
  scope: ["webhooks"],
  body: jsonBody(NewWebhook),
  responses: {
    201: {
      description: "Created",
      content: { "application/json": CreatedWebhook },
      headers: { location: "Path of the new webhook" },
    },
  },
  errors: ["address_not_allowed", "limit_reached"],
  async handler({ tenant, body, seed }) {
    await tenant.webhooks.checkUrl(body.url)
    const account = await accountOfBody(tenant, body.account)
    const { url, events, description, enabled } = body
    const settings = { url, events, description, enabled, account, ...storedSettings(body) }
    const { secret, ...webhook } = await tenant.webhooks.create(settings, seed)
    const headers = { location: `/v1/webhooks/${webhook._id}` }
    return { status: 201, headers, body: { ...viewWebhook(webhook), secret } }
  },
})
