import type { CallOptions } from "../test-api.ts"

/** A call that is refused: what is wrong with it, the call, and the status, code and field of the answer. */
export type Bad = [what: string, call: CallOptions & { query?: string }, status: number, code: string, field?: string]

/** Of each operation, what is wrong in a way of its own. */
export type Rows = Record<string, Bad[]>

export const wrong = (what: string, body: unknown, field: string): Bad => [
  what,
  { body },
  400,
  "invalid_request",
  field,
]
export const asked = (what: string, query: string, field: string): Bad => [
  what,
  { query },
  400,
  "invalid_request",
  field,
]

/** A multipart form with a picture as its file. */
export function form(fields: Record<string, string>, file?: Buffer): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  if (file) data.append("file", new Blob([new Uint8Array(file)], { type: "image/png" }), "a.png")
  return data
}

export const badPage: Bad[] = [
  asked("limit zero", "limit=0", "query.limit"),
  asked("limit too large", "limit=101", "query.limit"),
  asked("limit no number", "limit=ten", "query.limit"),
  asked("limit twice", "limit=1&limit=2", "query.limit"),
  asked("cursor of another kind", "cursor=abc", "query.cursor"),
  asked("unknown parameter", "page=2", "query.page"),
]
export const badJson: Bad[] = [
  ["no JSON", { raw: "{", headers: { "content-type": "application/json" } }, 400, "invalid_json", "body"],
  [
    "not UTF-8",
    { raw: Buffer.from([0x22, 0xff, 0x22]), headers: { "content-type": "application/json" } },
    400,
    "invalid_json",
    "body",
  ],
  wrong("no object", [], "body"),
  wrong("null", null, "body"),
  ["unknown field", { body: { surprise: 1 } }, 400, "invalid_request"],
  [
    "other content type",
    { raw: "a=b", headers: { "content-type": "text/csv" } },
    415,
    "unsupported_media_type",
    "header.content-type",
  ],
  ["no content type", { raw: new Uint8Array([123, 125]) }, 415, "unsupported_media_type", "header.content-type"],
  [
    "compressed",
    { body: {}, headers: { "content-encoding": "gzip" } },
    415,
    "unsupported_media_type",
    "header.content-encoding",
  ],
]
export const tooLarge: Bad = ["too large", { body: { name: "x".repeat(70_000) } }, 413, "body_too_large", "body"]
