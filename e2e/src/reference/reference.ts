import { Ajv2020 } from "ajv/dist/2020.js"
import { z } from "zod"

const Media = z.looseObject({
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
})

const Operation = z.looseObject({
  operationId: z.string(),
  requestBody: z.object({ content: z.record(z.string(), Media) }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.looseObject({})).optional() })),
})

const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

/** A call that the reference shows. */
export interface Example {
  operation: string
  /** Its name among the examples of its operation. */
  name: string
  method: string
  /** With `{parameters}`. */
  path: string
  /** Undefined where the operation has no body. */
  contentType: "application/json" | "multipart/form-data" | undefined
  body: unknown
}

/** The OpenAPI document of a running API, as a client reads it. */
export interface Reference {
  /** Every example of a body that a client can send. */
  examples: Example[]
  /** Every operation that only reads. */
  reads: Example[]
  /** What is wrong with an answer to an operation; null when it is as described. */
  complaintOf(example: Example, answer: { status: number; contentType: string | null; body: unknown }): string | null
}

export async function readReference(apiUrl: string): Promise<Reference> {
  const text: unknown = await (await fetch(`${apiUrl}/openapi.json`)).json()
  const document = Document.parse(text)
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema({ $id: "openapi", ...document })
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return {
    examples: operations.flatMap(examplesOf),
    reads: operations.filter(({ method }) => method === "get").map((each) => exampleOf(each, "read", undefined, null)),
    complaintOf({ path, method }, { status, contentType, body }) {
      const response = document.paths[path]?.[method]?.responses[String(status)]
      if (response === undefined) return `${status} is not described`
      const type = contentType?.split(";")[0] ?? ""
      if (response.content === undefined) return null
      if (!(type in response.content) && !("*/*" in response.content))
        return `${status} as ${type || "nothing"} is not described`
      if (response.content[type]?.["schema"] === undefined) return null
      const pointer = ["paths", path, method, "responses", String(status), "content", type, "schema"]
      const ref = `openapi#/${pointer.map(escaped).join("/")}`
      const isAsDescribed = ajv.compile({ $ref: ref })
      return isAsDescribed(body) ? null : ajv.errorsText(isAsDescribed.errors)
    },
  }
}

type Described = { path: string; method: string; operation: z.infer<typeof Operation> }

const sendable = ["application/json", "multipart/form-data"] as const

function examplesOf(each: Described): Example[] {
  return sendable.flatMap((type) => {
    const media = each.operation.requestBody?.content[type]
    if (media === undefined) return []
    const named = Object.entries(media.examples ?? {}).map(([name, { value }]) => exampleOf(each, name, type, value))
    return media.example === undefined ? named : [...named, exampleOf(each, type, type, media.example)]
  })
}

function exampleOf(
  { path, method, operation }: Described,
  name: string,
  contentType: Example["contentType"],
  body: unknown,
): Example {
  return { operation: operation.operationId, name, method, path, contentType, body }
}

/** A part of a JSON pointer, as it stands in a URL. */
function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))
}
