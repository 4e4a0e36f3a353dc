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

export function createComponents(): Components {
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
      $schema: _schema,
      ...json
    } = relocated(z.toJSONSchema(schema, { io, target: "draft-2020-12", override: open }))
    for (const [name, definition] of Object.entries($defs ?? {})) add(name, definition)
    return json
  }
  return {
    schemas,
    add,
    inline: (schema, io) => convert(schema, io),
    media(schema, io) {
      const example = schema.meta()?.["example"]
      return { schema: convert(schema, io), ...(example === undefined ? {} : { example }) }
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
  const strict = context.zodSchema._zod.def.type === "object" && context.zodSchema._zod.def.catchall !== undefined
  if (!strict) delete jsonSchema.additionalProperties
}

/** Moves references from a schema's own definitions to the document's. */
function relocated(schema: z.core.JSONSchema.BaseSchema): JsonObject & { $defs?: Record<string, unknown> } {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
