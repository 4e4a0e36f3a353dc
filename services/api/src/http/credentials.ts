import type { Request } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Authenticator, Caller } from "../keys/authenticator.ts"
import type { Admission } from "./route.ts"

/** The caller of a request. Throws `unauthorized`, or `forbidden` when its key has none of the scopes. */
export async function admit(request: Request, admission: Admission, authenticator: Authenticator): Promise<Caller> {
  const key = keyOf(request)
  if (key === null) {
    throw new WildcatError("unauthorized", {
      detail: "send an API key as X-API-Key or as Authorization: Bearer",
      field: "header.x-api-key",
    })
  }
  const caller = await authenticator.authenticate(key)
  if (caller.scopes.includes("admin") || admission.scopes.some((scope) => caller.scopes.includes(scope))) return caller
  throw new WildcatError("forbidden", {
    detail: `the API key needs one of these scopes: ${["admin", ...admission.scopes.filter((s) => s !== "admin")].join(", ")}`,
  })
}

function keyOf(request: Request): string | null {
  const header = request.get("x-api-key")
  if (header) return header.trim()
  return /^Bearer +(\S+)$/i.exec(request.get("authorization") ?? "")?.[1] ?? null
}
