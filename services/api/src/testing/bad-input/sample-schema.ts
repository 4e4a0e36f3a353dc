import * as fc from "fast-check"
import type { Arbitrary } from "fast-check"

/** The part of JSON Schema that zod writes for the API's input. */
export interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  pattern?: string
  format?: string
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

/** Values that a schema describes, as far as it says; what it cannot say (an address, a public URL) may be wrong. */
export function sampleSchema(
  schema: JsonSchema,
  defs: Record<string, JsonSchema> = schema.$defs ?? {},
): Arbitrary<unknown> {
  const sample = (part: JsonSchema): Arbitrary<unknown> => sampleSchema(part, defs)
  const variants = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return sample(defs[schema.$ref.replace("#/$defs/", "")] ?? {})
  if (variants) return fc.oneof(...variants.map(sample))
  if (schema.allOf) return sample(Object.assign({}, ...schema.allOf))
  if ("const" in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === "object") return sampleObject(schema, sample)
  if (type === "array") return sampleArray(schema, sample)
  if (type === "string") return sampleString(schema)
  if (type === "integer" || type === "number") {
    return fc.integer({ min: Math.max(schema.minimum ?? 0, -1e9), max: Math.min(schema.maximum ?? 100, 1e9) })
  }
  if (type === "boolean") return fc.boolean()
  return fc.constant(null)
}

type Sample = (part: JsonSchema) => Arbitrary<unknown>

function sampleObject({ properties = {}, required = [], additionalProperties }: JsonSchema, sample: Sample) {
  const fields = fc.record(mapValues(properties, sample), { requiredKeys: required })
  if (typeof additionalProperties !== "object" || Object.keys(properties).length > 0) return fields
  return fc.dictionary(fc.stringMatching(/^[a-z]{3,8}$/), sample(additionalProperties), { minKeys: 1, maxKeys: 2 })
}

function sampleArray({ items = {}, prefixItems, minItems = 0, maxItems = 3 }: JsonSchema, sample: Sample) {
  if (prefixItems) return fc.tuple(...prefixItems.map(sample))
  const most = Math.min(maxItems, Math.max(minItems, 2))
  return fc.uniqueArray(sample(items), { minLength: Math.min(Math.max(minItems, 1), most), maxLength: most })
}

function sampleString({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): Arbitrary<string> {
  if (format === "date-time") return fc.constantFrom("2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z")
  if (format === "uri") return fc.constant("https://example.com/x")
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"), { maxLength: 100 })
  // The schema cannot tell an address from another text: what is one is both.
  const texts = ["+4915112345678", "120363000000000001@g.us", "987654321012345@lid"]
  const fitting = texts.filter((text) => text.length >= minLength && text.length <= maxLength)
  return fitting.length > 0 ? fc.constantFrom(...fitting) : fc.string({ minLength, maxLength })
}

function mapValues(record: Record<string, JsonSchema>, sample: Sample): Record<string, Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(record).map(([name, part]) => [name, sample(part)]))
}
