import type { NextFunction, Request, Response } from "express"
import { WildcatError, problemOf } from "@wildcat/shared/contracts"
import type { Logger } from "@wildcat/shared/runtime"

/** No route matched. */
export function refuseUnknown(request: Request): never {
  throw new WildcatError(request.path.startsWith("/v1/media/") ? "method_not_allowed" : "not_found")
}

/** Turns every error into a problem document; what is not a WildcatError is ours and only logged. */
export function answerProblems(log: Logger) {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    if (response.headersSent || response.closed) return abandon(thrown, response, log)
    const error = thrown instanceof WildcatError ? thrown : fault(thrown, log)
    for (const name of ["etag", "last-modified", "content-disposition", "content-length", "content-range"]) {
      response.removeHeader(name)
    }
    const problem = problemOf(error)
    response.status(problem.status).set({ "content-type": "application/problem+json", "cache-control": "no-store" })
    response.end(JSON.stringify(problem))
  }
}

/** Malformed requests that Express refuses carry a 4xx status; anything else is a dependency that failed. */
function fault(thrown: unknown, log: Logger): WildcatError {
  const status = thrown instanceof Error && "status" in thrown ? Number(thrown.status) : 500
  if (status >= 400 && status < 500) return new WildcatError("invalid_request", { cause: thrown })
  log.error({ error: thrown }, "request.failed")
  return new WildcatError("dependency_unavailable", { cause: thrown })
}

/** Part of the answer is out: only a broken connection tells the client that the rest is missing. */
function abandon(thrown: unknown, response: Response, log: Logger): void {
  log.info({ error: thrown }, "response.aborted")
  response.destroy()
}
