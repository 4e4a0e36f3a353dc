import type { IncomingHttpHeaders } from "node:http"
import type { Request } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Authenticator, Caller } from "../keys/authenticator.ts"
import type { Admission } from "./route.ts"

/** The caller of a request. Throws `unauthorized`, or `forbidden` when its key has none of the scopes. */
export async function admit(request: Request, admission: Admission, authenticator: Authenticator): Promise<Caller> {
  return admitKey(keyOf(request.headers), admission, authenticator)
}

/** As `admit`, for a key that came in another way than in a request of HTTP. */
export async function admitKey(
  key: string | null,
  admission: Admission,
  authenticator: Authenticator,
): Promise<Caller> {
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

/** The API key of a request; null without one. */
export function keyOf(headers: IncomingHttpHeaders): string | null {
  const header = headers["x-api-key"]
  if (typeof header === "string" && header !== "") return header.trim()
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null
}
