import type { z } from "zod"

/** Every field that an answer may name as wrong: those that the schema finds wrong, and what they stand in. */
export function namedFields(schema: z.ZodType, value: unknown, prefix: string): Set<string> {
  const result = schema.safeParse(value)
  const paths = result.success ? [] : result.error.issues.flatMap((issue) => pathsOf(issue))
  return new Set(paths.map((path) => [...(prefix ? [prefix] : []), ...path.map(String)].join(".") || "body"))
}

function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  const below = (path: PropertyKey[]) => [...issue.path, ...path]
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => below([key]))
  if (issue.code === "invalid_union") return [issue.path, ...issue.errors.flat().flatMap(pathsOf).map(below)]
  return [issue.path]
}
