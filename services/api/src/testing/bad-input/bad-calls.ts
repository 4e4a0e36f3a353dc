import { parse } from "node:querystring"
import * as fc from "fast-check"
import { z } from "zod"
import type { Route } from "../../http/route.ts"
import type { CallOptions } from "../test-api.ts"
import { namedFields } from "./named-fields.ts"
import { sampleSchema } from "./sample-schema.ts"
import type { JsonSchema } from "./sample-schema.ts"
import { breakText, spoil } from "./spoil.ts"

/** A request that must be refused, with the fields of which its answer must name one. */
export interface BadCall {
  path: string
  options: CallOptions
  fields: ReadonlySet<string>
}

interface Plan {
  seed: number
  /** How many bodies for a route at most; those with small schemas have fewer. */
  bodiesMax: number
  queries: number
}

/** Bad calls of one route: everything about each is as its schemas say, but for one thing. */
export function badCallsOf(route: Route, plan: Plan): BadCall[] {
  const path = goodPath(route, plan.seed)
  return [
    ...badPaths(route),
    ...badQueries(route, plan).map(([query, fields]) => ({ path: `${path}?${query}`, options: {}, fields })),
    ...badBodies(route, plan).map(([options, fields]) => ({ path, options, fields })),
    ...badHeaders(route).map(([options, fields]) => ({ path, options, fields })),
  ]
}

function goodPath(route: Route, seed: number): string {
  return fill(route.path, goodParams(route, seed))
}

/** Of those that fit the schema's letter, the first that it takes: it may want a group where any text fits. */
function goodParams({ params }: Route, seed: number): Record<string, unknown> {
  const samples = fc.sample(sampleSchema(jsonSchemaOf(params)), { seed, numRuns: 100 })
  const good = samples.find((value) => params.safeParse(value).success)
  return z.record(z.string(), z.unknown()).parse(good)
}

function fill(template: string, params: Record<string, unknown>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(params[name])))
}

const wrongIds = [
  "nonsense",
  "acc_",
  "\u0000",
  "\u{1f4a9}",
  "../..",
  "x".repeat(4_000),
  "undefined",
  "{id}",
  "' or 1=1",
]

function badPaths(route: Route): BadCall[] {
  const names = Object.keys(route.params.shape)
  if (names.length === 0) return []
  const good = goodParams(route, 1)
  const calls = names.flatMap((name) =>
    wrongIds
      .map((wrong) => ({ ...good, [name]: wrong }))
      .flatMap((params) => {
        const fields = namedFields(route.params, params, "path")
        return fields.size === 0 ? [] : [{ path: fill(route.path, params), options: {}, fields }]
      }),
  )
  return [...calls, { path: route.path.replaceAll(/\{\w+\}/g, "%ff"), options: {}, fields: new Set(["path"]) }]
}

const wrongTexts = ["", "-1", "1e9", "null", "NaN", "a,b,", "[]", "x".repeat(300), "\u0000", "\u{1f4a9}", "../..", "{}"]
const unknownNames = ["surprise", "limit[]", "__proto__", "constructor", "$where", ""]

/** Query strings that the schema refuses: a wrong value, one twice, or a parameter that nobody knows. */
function badQueries(route: Route, { seed, queries }: Plan): [query: string, fields: Set<string>][] {
  const names = Object.keys(route.query.shape)
  const known = names.length === 0 ? [] : [fc.tuple(fc.constantFrom(...names), fc.constantFrom(...wrongTexts))]
  const pair = fc.oneof(...known, fc.tuple(fc.constantFrom(...unknownNames), fc.constant("1")))
  const query = fc
    .tuple(pair, fc.boolean())
    .map(([[name, value], twice]) => [name, value].map(encodeURIComponent).join("=") + (twice ? `&${name}=2` : ""))
  return some(query, { seed, count: queries }, (text) => namedFields(route.query, { ...parse(text) }, "query"))
}

type BadOptions = [options: CallOptions, fields: Set<string>]

function badBodies(route: Route, plan: Plan): BadOptions[] {
  const json = route.body?.content["application/json"]
  const form = route.body?.content["multipart/form-data"]
  const message = form instanceof z.ZodObject ? form.shape["message"] : undefined
  return [
    ...(json ? spoiled(json, plan).map(([body, fields]): BadOptions => [{ body }, fields]) : []),
    ...(json ? brokenTexts : []),
    ...(message instanceof z.ZodType
      ? spoiled(message, plan).map(([value, fields]): BadOptions => [{ raw: formOf(JSON.stringify(value)) }, fields])
      : []),
  ]
}

function spoiled(schema: z.ZodType, { seed, bodiesMax }: Plan): [value: unknown, fields: Set<string>][] {
  const json = jsonSchemaOf(schema)
  const good = sampleSchema(json)
  const count = Math.min(bodiesMax, 20 + Math.ceil(JSON.stringify(json).length / 50))
  const bad = some(good.chain(spoil), { seed, count }, (value) => namedFields(schema, value, ""))
  const broken = fc.sample(good, { seed, numRuns: 5 }).flatMap((value) => breakText(value) ?? [])
  return [...bad, ...broken.map(({ value, path }): [unknown, Set<string>] => [value, new Set([path])])]
}

const asJson = { "content-type": "application/json" }
const bodyField = new Set(["body"])

/** What is no JSON in UTF-8 at all. */
const brokenTexts: BadOptions[] = [
  "",
  "{",
  '{"a":}',
  "undefined",
  "'x'",
  "\ufeff\u0000",
  "[".repeat(50_000),
  new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
].map((raw) => [{ raw, headers: asJson }, bodyField])

function badHeaders(route: Route): BadOptions[] {
  const keys = route.method === "get" ? [] : ["x".repeat(256), "a b", "ä", ""]
  const types = route.body === null ? [] : ["", "nonsense", "/", ";", "application/json/x"]
  const small = { raw: "{}" }
  return [
    ...keys.map((key): BadOptions => [{ headers: { "idempotency-key": key } }, new Set(["header.idempotency-key"])]),
    ...types.map((type): BadOptions => [
      { ...small, headers: { "content-type": type } },
      new Set(["header.content-type"]),
    ]),
    ...(route.body === null
      ? []
      : [[{ ...small, headers: { ...asJson, "content-encoding": "gzip" } }, encodingField] satisfies BadOptions]),
  ]
}

const encodingField = new Set(["header.content-encoding", "header.content-type"])

function formOf(message: string): FormData {
  const form = new FormData()
  form.append("message", message)
  form.append("file", new Blob(["x"]), "a.txt")
  return form
}

/** Values of which the schema says that something is wrong, each once, with the fields that are. */
function some<T>(
  values: fc.Arbitrary<T>,
  { seed, count }: { seed: number; count: number },
  fieldsOf: (value: T) => Set<string>,
): [T, Set<string>][] {
  const drawn = fc.sample(values, { seed, numRuns: count * 3 })
  const different = [...new Map(drawn.map((value) => [JSON.stringify(value), value])).values()]
  return different
    .map((value): [T, Set<string>] => [value, fieldsOf(value)])
    .filter(([value, fields]) => value !== undefined && fields.size > 0)
    .slice(0, count)
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  // Zod's own type of what it writes has more in it than the sampler reads.
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema
}
