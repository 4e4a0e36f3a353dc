import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountOfBody } from "../account-of-body.ts"
import {
  WebhookView,
  finerSettings,
  storedSettings,
  viewWebhook,
  webhookParams,
  webhookSettings,
} from "./webhook-view.ts"

const WebhookChanges = z
  .strictObject({ ...webhookSettings, ...finerSettings })
  .partial()
  .meta({ id: "WebhookChanges", example: { enabled: false } })

export const updateWebhook = route({
  method: "patch",
  path: "/v1/webhooks/{id}",
  operation: "updateWebhook",
  tag: "webhooks",
  summary: "Change a webhook; what is not named stays",
  scope: ["webhooks"],
  params: webhookParams,
  body: jsonBody(WebhookChanges),
  responses: { 200: { description: "Changed", content: { "application/json": WebhookView } } },
  errors: ["address_not_allowed"],
  async handler({ tenant, params, body }) {
    await tenant.webhooks.get(params.id)
    if (body.url !== undefined) await tenant.webhooks.checkUrl(body.url)
    const { account, url, events, description, enabled } = body
    const limited = account === undefined ? {} : { account: await accountOfBody(tenant, account) }
    // Only fields that were named are in here: a body of JSON holds no undefined.
    const changes = { ...definedOf({ url, events, description, enabled }), ...storedSettings(body), ...limited }
    return { status: 200, body: viewWebhook(await tenant.webhooks.update(params.id, changes)) }
  },
})

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function definedOf<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
