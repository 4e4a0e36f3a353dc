import * as fc from "fast-check"
import type { Arbitrary } from "fast-check"

type Path = readonly (string | number)[]
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Values of every wrong type, and of the right one but out of every measure. */
const wrong: readonly Json[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  "",
  " ",
  "\u0000",
  "x".repeat(70_000),
  "’; drop table--",
  "\u202e\ufeff\u{1f4a9}",
  [],
  [[[]]],
  {},
  { $gt: "" },
  { $where: "1" },
  { type: "text" },
]

const strangeKeys = ["surprise", "$set", "__proto__", "constructor", "a.b", "\u0000", "", "toString"]

/** The value with one thing in it wrong: another value somewhere, something missing, or something too much. */
export function spoil(value: unknown): Arbitrary<unknown> {
  const json = JSON.parse(JSON.stringify(value ?? null)) as Json
  const paths = pathsOf(json)
  const inside = paths.filter((path) => path.length > 0)
  const objects = paths.filter((path) => isObject(valueAt(json, path)))
  return fc.oneof(
    fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...wrong)).map(([path, other]) => replaced(json, path, other)),
    ...(inside.length === 0 ? [] : [fc.constantFrom(...inside).map((path) => replaced(json, path, undefined))]),
    ...(objects.length === 0
      ? []
      : [
          fc
            .tuple(fc.constantFrom(...objects), fc.constantFrom(...strangeKeys))
            .map(([path, key]) => replaced(json, [...path, key], 1)),
        ]),
  )
}

/** The value with half a character at the end of one of its texts, and where; null when it has no text. */
export function breakText(value: unknown): { value: unknown; path: string } | null {
  const json = JSON.parse(JSON.stringify(value ?? null)) as Json
  const path = pathsOf(json).findLast((each) => typeof valueAt(json, each) === "string")
  return path === undefined ? null : { value: replaced(json, path, "x\ud83d"), path: path.join(".") || "body" }
}

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path]
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ]
}

function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string | number, Json>)[key] : undefined),
    value,
  )
}

function isObject(value: Json | undefined): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** A copy with another value at a path; without it when the value is undefined. */
function replaced(value: Json, path: Path, other: Json | undefined): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) return other
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => (index === key ? (replaced(inner, rest, other) ?? []) : [inner]))
  }
  const fields = Object.entries(isObject(value) ? (value as Record<string, Json>) : {}).filter(([name]) => name !== key)
  const inner = replaced(valueAt(value, [key]) ?? null, rest, other)
  // As JSON.parse makes it: `__proto__` is a field like any other.
  return Object.fromEntries([...fields, ...(inner === undefined ? [] : [[key, inner] as const])])
}
