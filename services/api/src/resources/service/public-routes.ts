import { z } from "zod"
import { readiness } from "@wildcat/shared/runtime"
import type { ReadyCheck } from "@wildcat/shared/runtime"
import type { PublicRoute } from "../../http/route.ts"
import { referencePage } from "../../reference/reference-page.ts"

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health", example: { status: "ok" } })

const Readiness = z
  .object({
    status: z.enum(["ready", "not ready"]),
    problems: z.record(z.string(), z.string()).optional().describe("Part → what is wrong with it"),
  })
  .meta({ id: "Readiness", example: { status: "ready" } })

const shared = { method: "get", admission: "public", tag: "service", errors: [] } as const

interface About {
  checks: Record<string, ReadyCheck>
  /** The OpenAPI document. */
  document: () => unknown
  /** The AsyncAPI document. */
  asyncDocument: () => unknown
}

/** What the installation says about itself, without a key. */
export function publicRoutes(parts: About): PublicRoute[] {
  return [
    {
      ...shared,
      path: "/healthz",
      operation: "getHealth",
      summary: "Whether the process answers",
      responses: { 200: { description: "It does", content: { "application/json": Health } } },
      handler: async () => ({ status: 200, body: { status: "ok" } }),
    },
    {
      ...shared,
      path: "/readyz",
      operation: "getReadiness",
      summary: "Whether requests can be served",
      responses: {
        200: { description: "They can", content: { "application/json": Readiness } },
        503: { description: "They cannot, and why", content: { "application/json": Readiness } },
      },
      async handler() {
        const problems = await readiness(parts.checks)
        const ready = Object.keys(problems).length === 0
        if (ready) return { status: 200, body: { status: "ready" } }
        return { status: 503, body: { status: "not ready", problems } }
      },
    },
    {
      ...shared,
      path: "/openapi.json",
      operation: "getOpenApi",
      summary: "This description",
      responses: { 200: { description: "An OpenAPI 3.1 document", content: { "application/json": null } } },
      handler: async () => ({ status: 200, body: parts.document() }),
    },
    {
      ...shared,
      path: "/asyncapi.json",
      operation: "getAsyncApi",
      summary: "Description of the events on NATS and of webhooks",
      responses: { 200: { description: "An AsyncAPI 3 document", content: { "application/json": null } } },
      handler: async () => ({ status: 200, body: parts.asyncDocument() }),
    },
    referencePage(),
  ]
}
