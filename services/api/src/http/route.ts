import { z } from "zod"
import type { Response } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import type { ErrorCode } from "@wildcat/shared/contracts"
import type { Scope } from "@wildcat/shared/store"
import type { TenantAccess } from "../tenant/tenant-access.ts"
import type { BodyReader, RawRequest } from "./body-reader.ts"
import { parsePath, parseQuery } from "./parse-input.ts"

export type Method = "get" | "post" | "put" | "patch" | "delete"

/** One of: an answer in full, or a function that writes it as it comes. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | { stream: (response: Response) => Promise<void> }

/** What a client can get with a status. Without `content`, nothing. */
export interface ResponseSpec {
  description: string
  /** Content type → schema, or null for bytes or text that no schema describes. */
  content?: Record<string, z.ZodType | null>
  headers?: Record<string, string>
}

/** Who may call: a key with any of these scopes (or `admin`); `link` also admits a signed link without a key. */
export interface Admission {
  scopes: readonly [Scope, ...Scope[]]
  link?: true
}

interface Described {
  /** Calls of it also count as sends of the API key. */
  sends?: true
  method: Method
  /** OpenAPI form: `/v1/accounts/{id}`. */
  path: string
  /** Name for generated clients, unique: `createAccount`. */
  operation: string
  tag: string
  summary: string
  description?: string
  responses: Record<number, ResponseSpec>
  /** Errors beside those that every call can meet. */
  errors: readonly ErrorCode[]
}

/** One call as a handler gets it: everything parsed, and the tenant's own things as the only way to data. */
export interface Call<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  tenant: TenantAccess
  /** Fixed per idempotent call: ids derived from it stay the same when the call is repeated after a crash. */
  seed: string
  /** An earlier try of this call may have done a part of it, or all: what it made has ids of this seed. */
  repeated: boolean
  /** A header of the request. */
  header: (name: string) => string | undefined
  method: string
  /** Aborted when the client goes away. */
  gone: AbortSignal
}

/** A call before its input is parsed. */
export interface RawCall {
  request: RawRequest
  params: Record<string, unknown>
  query: Record<string, unknown>
  tenant: TenantAccess
  method: string
  header: (name: string) => string | undefined
  gone: AbortSignal
}

/** A call whose input is valid and which can be carried out, at once or again. */
export interface Prepared {
  /** What makes two calls the same call: the body as it was understood. */
  fingerprint: unknown
  run(seed: string, repeated: boolean): Promise<Reply>
  /** Removes what reading the body left behind, when it will not be run. */
  discard: () => Promise<void>
}

export interface Route extends Described {
  admission: Admission
  params: z.ZodObject
  query: z.ZodObject
  body: BodyReader<unknown> | null
  /** Parses everything; throws WildcatError that names the wrong field. */
  prepare(call: RawCall): Promise<Prepared>
}

interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B> extends Described {
  scope: Admission["scopes"]
  link?: true
  params?: P
  query?: Q
  body?: BodyReader<B>
  handler: (call: Call<z.infer<P>, z.infer<Q>, B>) => Promise<Reply>
}

/**
 * Defines an endpoint: routing, checks and OpenAPI all come from this one description. There is no endpoint without a
 * declared scope.
 */
export function route<P extends z.ZodObject = Nothing, Q extends z.ZodObject = Nothing, B = undefined>(
  spec: RouteSpec<P, Q, B>,
): Route {
  const { scope, link, params, query, body, handler, ...described } = spec
  const parameters = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  if (scope.length === 0) throw new Error(`${spec.operation} declares no scope`)
  if (parameters.join() !== Object.keys(params?.shape ?? {}).join()) {
    throw new Error(`${spec.operation} does not describe its path parameters`)
  }
  const schemas = { params: params ?? nothing, query: query ?? nothing }
  return {
    ...described,
    ...schemas,
    admission: { scopes: scope, ...(link ? { link } : {}) },
    body: body ?? null,
    async prepare(call) {
      const { request, params: rawParams, query: rawQuery, ...rest } = call
      // Without a schema of its own, the type parameter is that of `nothing`.
      const input = {
        params: parsePath(schemas.params, rawParams) as z.infer<P>,
        query: parseQuery(schemas.query, rawQuery) as z.infer<Q>,
      }
      const read = body ? await body.read(request, call.tenant) : null
      return {
        fingerprint: read?.fingerprint ?? null,
        // A route without a body reader has B = undefined.
        run: (seed, repeated) => handler({ ...rest, ...input, seed, repeated, body: read?.value as B }),
        discard: async () => read?.discard?.(),
      }
    },
  }
}

/** An endpoint of the installation itself, without key and tenant. */
export interface PublicRoute extends Described {
  method: "get"
  admission: "public"
  handler(): Promise<Reply>
}

/** The thing that a path names does not exist, or not for this caller: the same answer, so that nothing is told. */
export function notFound(what: string, field = "path.id"): WildcatError {
  return new WildcatError("not_found", { detail: `there is no such ${what}`, field })
}

const nothing = z.strictObject({})
type Nothing = typeof nothing
