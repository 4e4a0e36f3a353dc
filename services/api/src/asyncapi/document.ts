import { envelopeSchema, eventTypes, liveEnvelopeSchema, liveEvents } from "@wildcat/shared/contracts"
import type { LiveEventType } from "@wildcat/shared/contracts"
import type { z } from "zod"
import { createComponents } from "../openapi/components.ts"
import type { Components, JsonObject } from "../openapi/components.ts"

const liveTypes = Object.keys(liveEvents) as LiveEventType[]

/** The AsyncAPI 3 document: what Wildcat sends on NATS subjects and to webhooks, from the catalogue of events. */
export function asyncApiDocument({ prefix }: { prefix: string }): JsonObject {
  const components = createComponents("draft-7")
  const kept = eventTypes.map((type) => kind(type, envelopeSchema(type), "event", components))
  const live = liveTypes.map((type) => kind(type, liveEnvelopeSchema(type), "live", components))
  const messages = Object.fromEntries([...kept, ...live].map(({ name, message }) => [name, message]))
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Wildcat events",
      version: "1.0.0",
      description:
        "Every event is a CloudEvent in JSON, published once. The same events come by `GET /v1/events`; see `/openapi.json`.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers,
    channels: {
      ...Object.fromEntries(kept.map((each) => [each.name, subject(each, `${prefix}.events.{shard}`)])),
      ...Object.fromEntries(live.map((each) => [each.name, subject(each, `${prefix}.live`)])),
      webhooks: {
        address: null,
        title: "Webhooks",
        description:
          "POST to the URL of each webhook whose filter fits, until it is answered with 2xx. Signed as Standard Webhooks.",
        servers: [{ $ref: "#/servers/webhook" }],
        messages: Object.fromEntries(kept.map(({ name }) => [name, componentRef(name)])),
      },
    },
    operations: {
      ...Object.fromEntries([...kept, ...live].map((each) => [`send_${each.name}`, operation(each)])),
      send_webhooks: {
        action: "send",
        channel: { $ref: "#/channels/webhooks" },
        summary: "Delivered to webhooks at least once, always under the same id",
      },
    },
    components: { schemas: components.schemas, messages },
  }
}

const servers = {
  nats: {
    host: "{host}",
    protocol: "nats",
    description: "The NATS server of the installation; who taps it gets a user of their tenant's own",
    variables: { host: { default: "localhost:4222" } },
  },
  webhook: {
    host: "{host}",
    protocol: "https",
    description: "The endpoint of a webhook",
    variables: { host: { default: "example.com" } },
  },
}

interface Kind {
  /** Its type, as a name that references can hold. */
  name: string
  type: string
  message: JsonObject
  isLive: boolean
}

function kind(type: string, schema: z.ZodType, when: "event" | "live", components: Components): Kind {
  const name = type.replaceAll(".", "_")
  components.add(`Envelope_${name}`, components.inline(schema, "output"))
  const payload = { $ref: `#/components/schemas/Envelope_${name}` }
  const message = { name: type, title: type, contentType: "application/json", payload }
  return { name, type, message, isLive: when === "live" }
}

function subject({ name, type, isLive }: Kind, place: string): JsonObject {
  const parameters = {
    ...(isLive ? {} : { shard: { description: "A number made of the account: subscribe to `*`" } }),
    tenant: { description: "The tenant's id" },
    account: { description: "The account's id; `none` for events of no account" },
  }
  return {
    address: `${place}.{tenant}.{account}.${type}`,
    title: type,
    description: descriptionOf(type, isLive),
    servers: [{ $ref: "#/servers/nats" }],
    parameters,
    messages: { [name]: componentRef(name) },
  }
}

function descriptionOf(type: string, isLive: boolean): string {
  if (!isLive) return "Also kept in the event log for some days"
  const live = "Live: never stored, and missed by whoever does not listen"
  return type === "account.qr" ? `${live}. Closed to the taps of tenants: who has a QR code can link a phone` : live
}

function operation({ name, type }: Kind): JsonObject {
  return { action: "send", channel: { $ref: `#/channels/${name}` }, summary: `Publishes ${type}` }
}

function componentRef(name: string): JsonObject {
  return { $ref: `#/components/messages/${name}` }
}
