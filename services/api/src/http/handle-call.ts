import { z } from "zod"
import type { Request, Response } from "express"
import { newSeed } from "@wildcat/shared/contracts"
import { tolerate } from "@wildcat/shared/runtime"
import type { Idempotency, Outcome } from "../idempotency/idempotency.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "../tenant/parts.ts"
import { tenantAccess } from "../tenant/tenant-access.ts"
import { admit } from "./credentials.ts"
import { admitLink, hasLink, linkKey } from "./link-admission.ts"
import { parseHeader } from "./parse-input.ts"
import type { Prepared, Reply, Route } from "./route.ts"

/** Visible ASCII: it stands in a header. */
const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, "must have 1 to 255 printable characters")

/** Answers calls of one route: who calls, what is asked, once or again, then the handler. */
export function handleCall(route: Route, parts: Parts, idempotency: Idempotency) {
  return async (request: Request, response: Response): Promise<void> => {
    const caller = await callerOf(request, route, parts)
    response.locals["caller"] = caller
    await takeFromLimits(parts.limiter, caller, route)
    const key = idempotencyKeyOf(request, route)
    const prepared = await route.prepare({
      request,
      params: request.params,
      query: request.query,
      tenant: tenantAccess(parts, caller),
      method: request.method,
      header: (name) => request.get(name),
      gone: goneSignal(response),
    })
    try {
      if (route.method === "get") return await sendReply(response, await prepared.run(newSeed(), false))
      const { outcome, replayed } = await idempotency.run({
        tenant: caller.tenant,
        key,
        fingerprint: fingerprintOf(request, caller, prepared),
        effect: async (seed, repeated) => complete(await prepared.run(seed, repeated)),
      })
      if (replayed) response.set("idempotency-replayed", "true")
      await sendReply(response, outcome)
    } finally {
      // What a call did not take over: it failed, or was only repeated.
      await tolerate(prepared.discard(), "the janitor removes it later", parts.log)
    }
  }
}

/** Writes an answer. */
export async function sendReply(response: Response, reply: Reply): Promise<void> {
  if ("stream" in reply) return reply.stream(response)
  response.status(reply.status).set(reply.headers ?? {})
  if (reply.body === undefined) return void response.end()
  const bytes = reply.body instanceof Buffer ? reply.body : Buffer.from(JSON.stringify(reply.body))
  if (!response.hasHeader("content-type")) response.set("content-type", "application/json; charset=utf-8")
  response.set("content-length", String(bytes.length)).end(bytes)
}

async function callerOf(request: Request, route: Route, parts: Parts): Promise<Caller> {
  if (route.admission.link && hasLink(request)) return admitLink(request, parts)
  return admit(request, route.admission, parts.authenticator)
}

/** What opens a signed link has no key, and is limited by nothing but the link's time. */
async function takeFromLimits({ requests, sends }: Parts["limiter"], { key }: Caller, route: Route): Promise<void> {
  if (key === linkKey) return
  await requests.take(key)
  if (route.sends) await sends.take(key)
}

function idempotencyKeyOf(request: Request, route: Route): string | undefined {
  const key = request.get("idempotency-key")
  if (key === undefined || route.method === "get") return undefined
  return parseHeader(IdempotencyKey, "idempotency-key", key)
}

/** Method, path and body, and whose account it is limited to: another answer could be seen through it otherwise. */
function fingerprintOf(request: Request, caller: Caller, prepared: Prepared): unknown {
  return [request.method, request.path, prepared.fingerprint, caller.account]
}

function complete(reply: Reply): Outcome {
  if ("stream" in reply)
    throw new Error("an answer that changes something cannot be a stream: it could not be repeated")
  return reply
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController()
  response.once("close", () => {
    if (!response.writableFinished) gone.abort()
  })
  return gone.signal
}
