import { MongoError, MongoServerError } from "mongodb"
import mongoose from "mongoose"
import { NatsError } from "nats"
import type { NextFunction, Request, Response } from "express"
import { WildcatError, problemOf } from "@wildcat/shared/contracts"
import type { Logger } from "@wildcat/shared/runtime"

/** Turns every error into a problem document; what is not a WildcatError is ours and is logged, not shown. */
export function answerProblems(log: Logger) {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const requestId = String(response.getHeader("x-request-id") ?? "")
    const error = asWildcatError(thrown)
    if (error.code === "internal" || error.code === "dependency_unavailable") {
      log.error({ error: thrown, requestId }, "request.failed")
    }
    if (response.headersSent) return void response.destroy()
    sendProblem(response, error, requestId)
    // What is left of a body that nobody reads would stand before the next request on this connection.
    if (!request.complete) request.resume()
  }
}

function sendProblem(response: Response, error: WildcatError, requestId: string): void {
  const problem = problemOf(error, requestId)
  for (const name of ["etag", "last-modified", "content-disposition", "content-length", "content-range"]) {
    response.removeHeader(name)
  }
  response.status(problem.status).set({ "content-type": "application/problem+json", "cache-control": "no-store" })
  if (problem.status === 401) response.set("www-authenticate", 'Bearer realm="wildcat"')
  if (problem.status === 503 || problem.status === 429) {
    response.set("retry-after", String(error.retryAfterSeconds ?? 2))
  }
  // The rest of a body that is too large is not worth reading.
  if (problem.status === 413) response.set("connection", "close")
  response.end(JSON.stringify(problem))
}

/** Says what kind of failure an error is. */
export function asWildcatError(thrown: unknown): WildcatError {
  if (thrown instanceof WildcatError) return thrown
  if (isUnavailable(thrown)) return new WildcatError("dependency_unavailable", { cause: thrown })
  const status = thrown instanceof Error && "status" in thrown ? Number(thrown.status) : 500
  // Malformed requests that Express itself refuses, e.g. a path that is not UTF-8.
  if (status >= 400 && status < 500) return new WildcatError("invalid_request", { field: "path", cause: thrown })
  return new WildcatError("internal", { cause: thrown })
}

/** Server errors that pass: no primary, shutting down, write concern not met, out of time. */
const passingCodes = new Set([6, 7, 50, 64, 89, 91, 100, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])

function isUnavailable(thrown: unknown): boolean {
  if (thrown instanceof MongoServerError) return passingCodes.has(Number(thrown.code))
  if (thrown instanceof MongoError || thrown instanceof NatsError) return true
  // Mongoose refuses by itself, with its bare class, while it is not connected.
  return thrown instanceof mongoose.Error && ["MongooseError", "MongooseServerSelectionError"].includes(thrown.name)
}
