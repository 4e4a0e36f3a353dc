import { errorCodes, eventTypes, envelopeSchema } from "@wildcat/shared/contracts"
import type { ErrorCode } from "@wildcat/shared/contracts"
import type { PublicRoute, Route } from "../http/route.ts"
import { createComponents } from "./components.ts"
import type { Components, JsonObject } from "./components.ts"
import { problemResponses, problemSchema } from "./problems.ts"

interface Sources {
  routes: readonly Route[]
  publicRoutes: readonly PublicRoute[]
  publicUrl: string
}

/** The OpenAPI 3.1 document of the API, made from its route tables. */
export function openApiDocument({ routes, publicRoutes, publicUrl }: Sources): JsonObject {
  const components = createComponents()
  components.add("Problem", problemSchema)
  const paths: Record<string, JsonObject> = {}
  for (const route of [...publicRoutes, ...routes]) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, components) }
  }
  const webhooks = Object.fromEntries(eventTypes.map((type) => [type, webhookOf(type, components)]))
  return {
    openapi: "3.1.0",
    info: {
      title: "Wildcat",
      version: "1.0.0",
      summary: "Many WhatsApp accounts behind one HTTP API",
      description:
        "Errors are `application/problem+json` (RFC 9457) with a stable `code` and the `field` that was wrong. Lists are " +
        "paged with `limit` and `cursor`. Every call that changes something accepts an `Idempotency-Key`: the same call " +
        "under the same key is carried out once and answered alike for 24 hours.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags: [...new Set([...routes, ...publicRoutes].map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        bearer: { type: "http", scheme: "bearer", description: "The same key as `Authorization: Bearer`" },
      },
    },
  }
}

function operationOf(route: Route | PublicRoute, components: Components): JsonObject {
  const keyed = "prepare" in route ? route : null
  const scopes = keyed?.admission.scopes ?? []
  const needs = scopes.length === 0 ? [] : [`Scope: ${scopes.map((scope) => `\`${scope}\``).join(" or ")}.`]
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    description: [...(route.description ? [route.description] : []), ...needs].join("\n\n"),
    ...(keyed ? {} : { security: [] }),
    ...(keyed?.admission.link ? { security: [{ apiKey: [] }, { bearer: [] }, {}] } : {}),
    parameters: keyed ? parametersOf(keyed, components) : [],
    ...(keyed?.body ? { requestBody: bodyOf(keyed.body, components) } : {}),
    responses: { ...responsesOf(route, components), ...problemResponses(keyed ? errorsOf(keyed) : []) },
  }
}

function parametersOf(route: Route, components: Components): JsonObject[] {
  const groups = [
    ["path", route.params],
    ["query", route.query],
  ] as const
  const named = groups.flatMap(([place, schema]) => {
    const json = components.inline(schema, "input")
    return Object.entries(json.properties ?? {}).map(([name, property]) => ({
      name,
      in: place,
      required: (json.required ?? []).includes(name),
      ...(property.description === undefined ? {} : { description: property.description }),
      schema: property,
    }))
  })
  return [...named, ...headersOf(route)]
}

function headersOf(route: Route): JsonObject[] {
  if (route.operation === "streamEvents") {
    const description = "Id of the last event that was seen; the stream goes on after it"
    return [{ name: "Last-Event-ID", in: "header", required: false, description, schema: { type: "string" } }]
  }
  if (route.method === "get") return []
  const description = "Any text that names this call: repeating it does nothing twice, and answers the same"
  const schema = { type: "string", minLength: 1, maxLength: 255 }
  return [{ name: "Idempotency-Key", in: "header", required: false, description, schema }]
}

function bodyOf(body: NonNullable<Route["body"]>, components: Components): JsonObject {
  return { required: body.required, content: contentOf(body.content, "input", components) }
}

function responsesOf(route: Route | PublicRoute, components: Components): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, response]) => [
      status,
      {
        description: response.description,
        ...(response.content ? { content: contentOf(response.content, "output", components) } : {}),
        ...(response.headers ? { headers: headerSpecs(response.headers) } : {}),
      },
    ]),
  )
}

function headerSpecs(headers: Record<string, string>): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  )
}

function contentOf(
  content: NonNullable<Route["body"]>["content"],
  io: "input" | "output",
  components: Components,
): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [type, schema === null ? {} : components.media(schema, io)]),
  )
}

/** Every error that a call of this route can meet. */
function errorsOf(route: Route): ErrorCode[] {
  return [
    "invalid_request",
    "unauthorized",
    "forbidden",
    "rate_limited",
    ...(route.path.includes("{") ? (["not_found"] as const) : []),
    ...(route.body ? (["invalid_json", "body_too_large", "unsupported_media_type"] as const) : []),
    ...(route.method === "get" ? [] : (["conflict", "idempotency_key_reused"] as const)),
    ...route.errors,
    "internal",
    "dependency_unavailable",
  ]
}

function webhookOf(type: (typeof eventTypes)[number], components: Components): JsonObject {
  return {
    post: {
      operationId: `on_${type.replaceAll(".", "_")}`,
      tags: ["webhooks"],
      summary: `Posted to webhooks that ask for ${type}`,
      description: "Signed as Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.",
      security: [],
      requestBody: {
        required: true,
        content: { "application/json": components.media(envelopeSchema(type), "output") },
      },
      responses: { "2XX": { description: "Taken; any other answer is tried again" } },
    },
  }
}

/** The codes of errors by their HTTP status. */
export function codesByStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  return Map.groupBy([...new Set(codes)], (code) => errorCodes[code].status)
}
