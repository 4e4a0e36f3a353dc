import { z } from "zod"

export type JsonObject = { [key: string]: unknown }

interface ObjectSchema {
  properties?: Record<string, { description?: string }>
  required?: string[]
}

/** The named schemas of a document, collected while it is made. */
export interface Components {
  schemas: Record<string, unknown>
  add(name: string, schema: unknown): void
  /** An object's JSON Schema, its named parts collected. */
  inline(schema: z.ZodType, io: "input" | "output"): ObjectSchema
  /** An OpenAPI media type: the schema, and its example where it has one. */
  media(schema: z.ZodType, io: "input" | "output"): JsonObject
}

/** The examples in the description of a schema: its `example`, or `namedExamples` (name → value) where it has several. */
export function examplesOf(schema: z.ZodType): { name: string; value: unknown }[] {
  const { example, namedExamples } = schema.meta() ?? {}
  if (namedExamples instanceof Object) return Object.entries(namedExamples).map(([name, value]) => ({ name, value }))
  return example === undefined ? [] : [{ name: "example", value: example }]
}

/** Collects the schemas that one document names, in the version of JSON Schema that its format has. */
export function createComponents(target: "draft-2020-12" | "draft-7" = "draft-2020-12"): Components {
  const schemas: Record<string, unknown> = {}
  const add = (name: string, schema: unknown) => {
    const known = schemas[name]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are named ${name}`)
    }
    schemas[name] = schema
  }
  const convert = (schema: z.ZodType, io: "input" | "output"): JsonObject => {
    const {
      $defs,
      definitions,
      $schema: _schema,
      ...json
    } = relocated(z.toJSONSchema(schema, { io, target, override: open }))
    for (const [name, definition] of Object.entries($defs ?? definitions ?? {})) add(name, definition)
    return json
  }
  return {
    schemas,
    add,
    inline: (schema, io) => convert(schema, io),
    media(schema, io) {
      const examples = examplesOf(schema)
      const [only] = examples
      if (examples.length <= 1) return { schema: convert(schema, io), ...(only ? { example: only.value } : {}) }
      return {
        schema: convert(schema, io),
        examples: Object.fromEntries(examples.map(({ name, value }) => [name, { value }])),
      }
    },
  }
}

/** Answers may get new fields in later releases: their schemas stay open. Examples stand beside schemas, as JSON Schema has them. */
function open(context: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { jsonSchema } = context
  delete jsonSchema.id
  if ("example" in jsonSchema) {
    jsonSchema.examples = [jsonSchema["example"]]
    delete jsonSchema["example"]
  }
  if ("namedExamples" in jsonSchema) {
    jsonSchema.examples = Object.values(jsonSchema["namedExamples"] as object)
    delete jsonSchema["namedExamples"]
  }
  const strict = context.zodSchema._zod.def.type === "object" && context.zodSchema._zod.def.catchall !== undefined
  if (!strict) delete jsonSchema.additionalProperties
}

/** Moves references from a schema's own definitions to the document's. */
function relocated(schema: z.core.JSONSchema.BaseSchema): JsonObject & Definitions {
  return JSON.parse(JSON.stringify(schema).replaceAll(/"#\/(\$defs|definitions)\//g, '"#/components/schemas/'))
}

/** Under the name that the version of JSON Schema has for them. */
interface Definitions {
  $defs?: Record<string, unknown>
  definitions?: Record<string, unknown>
}
