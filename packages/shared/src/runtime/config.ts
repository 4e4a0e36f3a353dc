import { z } from "zod"

/** One setting: its environment variable is the key of the object it stands in. */
export type ConfigShape = Record<string, z.ZodType>

/** Marks a setting as secret: its value is never logged and not shown in the documentation. */
export function secret<T extends z.ZodType>(schema: T): T {
  return schema.meta({ ...schema.meta(), secret: true })
}

/** A whole number written in the environment. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z.coerce.number().int().min(min).max(max)
}

/** `true` or `false` written in the environment. */
export function flag(fallback: boolean) {
  return z
    .enum(["true", "false"])
    .default(fallback ? "true" : "false")
    .transform((text) => text === "true")
}

/** Settings that every service has. */
export const commonConfig = {
  NODE_ENV: z
    .enum(["development", "test", "production"])
    .default("production")
    .describe("Only `development` and `test` relax rules, each where it is documented"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("Least severe level that is logged"),
  HEALTH_HOST: z.string().default("0.0.0.0").describe("Address of `/healthz` and `/readyz`"),
  MONGO_URL: secret(z.string().startsWith("mongodb")).describe(
    "MongoDB connection string; reads and writes use majority and journal whatever it says",
  ),
  MONGO_DATABASE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,38}$/)
    .default("wildcat")
    .describe("Name of the database"),
  NATS_URL: secret(z.string().min(1)).describe("NATS servers, comma separated; user and password may stand in the URL"),
  NATS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default("wildcat")
    .describe("First token of every subject: separates installations on one NATS"),
  NATS_REPLICAS: wholeNumber(1, 5).default(1).describe("Replicas of each stream and bucket"),
  EVENTS_DAYS: wholeNumber(1, 365).default(7).describe("Days that events stay in the stream"),
  SECRETS_KEY: secret(z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits (openssl rand -hex 32)")).describe(
    "Key that encrypts auth state, raw messages and webhook secrets at rest",
  ),
  SECRETS_KEY_PREVIOUS: secret(z.string().regex(/^[0-9a-f]{64}$/))
    .optional()
    .describe("The key before, while data written with it still exists"),
} satisfies ConfigShape

/**
 * Reads settings from the environment. An empty variable counts as absent.
 * Throws one Error that lists every wrong variable, never a value.
 */
export function readConfig<S extends ConfigShape>(
  shape: S,
  env: Record<string, string | undefined>,
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.keys(shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const result = z.object(shape).safeParse(given)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
  throw new Error(`The configuration is not valid:\n${lines.join("\n")}`)
}

/** What to log about a configuration at start: secrets only as set or not. */
export function describeConfig(shape: ConfigShape, config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [
      name,
      isSecret(schema) ? (config[name] ? "set" : "not set") : config[name],
    ]),
  )
}

/** One row of the configuration manual. */
export interface ConfigRow {
  name: string
  description: string
  /** As JSON; absent for required settings and for optional ones without default. */
  default?: string
  required: boolean
  secret: boolean
}

export function configRows(shape: ConfigShape): ConfigRow[] {
  return Object.entries(shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined)
    return {
      name,
      description: schema.description ?? "",
      ...(fallback.success && fallback.data !== undefined ? { default: JSON.stringify(fallback.data) } : {}),
      required: !fallback.success,
      secret: isSecret(schema),
    }
  })
}

function isSecret(schema: z.ZodType): boolean {
  return innerMost(schema).some((each) => each.meta()?.["secret"] === true)
}

/** A schema and what it wraps: `.optional()` and `.describe()` make new schemas around the marked one. */
function innerMost(schema: z.ZodType): z.ZodType[] {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : undefined
  return inner instanceof z.ZodType ? [schema, ...innerMost(inner)] : [schema]
}
