import type { z } from "zod"
import { WildcatError } from "@wildcat/shared/contracts"

/** An id in a path that cannot be one is an unknown thing. */
export function parsePath<S extends z.ZodType>(schema: S, input: Record<string, unknown>): z.infer<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const field = fieldOf(result.error.issues, "path").name
  throw new WildcatError("not_found", { detail: "there is no such thing", field })
}

export function parseQuery<S extends z.ZodType>(schema: S, input: Record<string, unknown>): z.infer<S> {
  return parse(schema, input, "query")
}

/** Throws `invalid_request` with the field in dotted form, as it stands in the body. */
export function parseBody<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  return parse(schema, input, "")
}

export function parseHeader<S extends z.ZodType>(schema: S, name: string, input: unknown): z.infer<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw invalid(`header.${name}`, result.error.issues[0]?.message ?? "is not valid")
}

export function invalid(field: string, detail: string): WildcatError {
  return new WildcatError("invalid_request", { field, detail: `${field}: ${detail}` })
}

function parse<S extends z.ZodType>(schema: S, input: unknown, prefix: string): z.infer<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const { name, message } = fieldOf(result.error.issues, prefix)
  throw invalid(name, message)
}

type Issue = z.core.$ZodIssue

function fieldOf(issues: readonly Issue[], prefix: string): { name: string; message: string } {
  const [issue] = issues
  const found = issue === undefined ? { path: [], message: "is not valid" } : innermost(issue)
  const name = [...(prefix ? [prefix] : []), ...found.path.map(String)].join(".")
  return { name: name || "body", message: found.message }
}

interface Found {
  path: PropertyKey[]
  message: string
}

/** The one thing to say: an unknown key by its name; of a union, what is wrong in the variant that fits best. */
function innermost(issue: Issue): Found {
  if (issue.code === "unrecognized_keys") {
    return { path: [...issue.path, issue.keys[0] ?? ""], message: "is not known" }
  }
  if (issue.code === "invalid_union") {
    const [best] = issue.errors.toSorted((left, right) => depth(right) - depth(left) || left.length - right.length)
    const [first] = best ?? []
    if (first && depth(best ?? []) > 1) return prefixed(issue.path, innermost(first))
    return { path: issue.path, message: issue.errors.length > 0 ? "has none of the allowed forms" : issue.message }
  }
  return { path: issue.path, message: issue.message }
}

function prefixed(path: PropertyKey[], found: Found): Found {
  return { path: [...path, ...found.path], message: found.message }
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}
