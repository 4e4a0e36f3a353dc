import type { NextFunction, Request, Response } from "express"
import type { Logger } from "@wildcat/shared/runtime"
import type { Caller } from "../keys/authenticator.ts"

/** One line per request: the route's pattern, never the path with its ids or the query, which may hold a number. */
export function logRequests(log: Logger) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (probes.has(request.path)) return next()
    const begun = performance.now()
    response.once("close", () => {
      const caller: Caller | undefined = response.locals["caller"]
      log.info(
        {
          requestId: response.getHeader("x-request-id"),
          method: request.method,
          route: patternOf(request),
          status: response.writableFinished ? response.statusCode : 499,
          ms: Math.round(performance.now() - begun),
          tenant: caller?.tenant,
          keyId: caller?.key,
        },
        "http.request",
      )
    })
    next()
  }
}

/** Asked every few seconds by whoever runs the process. */
const probes = new Set(["/healthz", "/readyz"])

function patternOf(request: Request): string {
  const route: { path?: unknown } | undefined = request.route
  return typeof route?.path === "string" ? route.path : "none"
}
