import type { Request } from "express"
import { WildcatError, idSchema } from "@wildcat/shared/contracts"
import { mediaLinkOpens } from "@wildcat/shared/runtime"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "../tenant/parts.ts"
import { notFound } from "./route.ts"

/** True when a request comes with a signed link and not with a key. */
export function hasLink(request: Request): boolean {
  return request.query["signature"] !== undefined && !request.get("x-api-key") && !request.get("authorization")
}

/** Stands for the key of a caller that has none. */
export const linkKey = "link"

/**
 * The caller that a signed media link stands for: somebody of the media's tenant, without any scope. Throws `forbidden`
 * before anything is looked up unless the link is ours and open, `not_found` while the media is not stored.
 */
export async function admitLink(request: Request, parts: Pick<Parts, "store" | "box">): Promise<Caller> {
  const { expires, signature } = request.query
  const id = idSchema("media").safeParse(request.params["id"])
  const link = { media: id.data ?? "", expires: text(expires), signature: text(signature), now: new Date() }
  if (!id.success || !mediaLinkOpens(link, parts.box)) {
    throw new WildcatError("forbidden", { detail: "the link is not valid or has expired", field: "query.signature" })
  }
  const media = await parts.store.media.find(id.data)
  if (media === null) throw notFound("media, or it is not stored yet")
  return { key: linkKey, tenant: media.tenant, account: null, scopes: [] }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
