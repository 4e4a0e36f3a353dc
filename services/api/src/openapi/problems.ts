import { WildcatError, errorCodes, problemOf } from "@wildcat/shared/contracts"
import type { ErrorCode } from "@wildcat/shared/contracts"
import type { JsonObject } from "./components.ts"
import { codesByStatus } from "./document.ts"

/** JSON Schema of a problem document. */
export const problemSchema = {
  type: "object",
  description: "RFC 9457 problem document",
  properties: {
    type: { type: "string", description: "`about:blank#<code>`" },
    title: { type: "string", description: "A sentence for the code" },
    status: { type: "integer", description: "The HTTP status" },
    detail: { type: "string", description: "A sentence for this very case" },
    code: { type: "string", enum: Object.keys(errorCodes), description: "Stable; decide by it" },
    field: { type: "string", description: "What was wrong: `content.text`, `query.limit`, `header.idempotency-key`" },
    requestId: { type: "string", description: "Names the request in Wildcat's logs" },
  },
  required: ["type", "title", "status", "detail", "code"],
}

/** The error responses of an operation, by status, with an example of each code. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, JsonObject> {
  return Object.fromEntries(
    [...codesByStatus(codes)].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join("\n\n"),
        content: {
          "application/problem+json": {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: Object.fromEntries(list.map((code) => [code, { value: problemOf(new WildcatError(code)) }])),
          },
        },
      },
    ]),
  )
}
