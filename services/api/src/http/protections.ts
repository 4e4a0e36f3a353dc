import type { NextFunction, Request, Response } from "express"
import { newId } from "@wildcat/shared/contracts"

/** Headers of every answer: it is never guessed at, framed, run or cached by those in between. */
const headers = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
}

/** Names the request and sets the security headers. */
export function protect(_request: Request, response: Response, next: NextFunction): void {
  response.set({ ...headers, "x-request-id": newId("request") })
  next()
}
