import express from "express"
import type { Express, Request, Response } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Idempotency } from "../idempotency/idempotency.ts"
import type { Parts } from "../tenant/parts.ts"
import { logRequests } from "./access-log.ts"
import { answerProblems } from "./answer-problems.ts"
import { handleCall, sendReply } from "./handle-call.ts"
import { protect } from "./protections.ts"
import type { PublicRoute, Route } from "./route.ts"

interface AppOptions {
  parts: Parts
  idempotency: Idempotency
  routes: readonly Route[]
  publicRoutes: readonly PublicRoute[]
}

/** The Express application: every route of the tables, 405 with `Allow` on their paths, 404 elsewhere. */
export function createApp({ parts, idempotency, routes, publicRoutes }: AppOptions): Express {
  const app = express()
    .disable("x-powered-by")
    .disable("etag")
    .set("query parser", "simple")
    .set("case sensitive routing", true)
  app.use(protect, logRequests(parts.log))
  for (const route of publicRoutes) {
    app.get(expressPath(route.path), async (_request, response) => sendReply(response, await route.handler()))
  }
  for (const route of routes) app[route.method](expressPath(route.path), handleCall(route, parts, idempotency))
  for (const [path, methods] of methodsByPath([...publicRoutes, ...routes])) {
    app.all(expressPath(path), refuseMethod(methods))
  }
  app.use(refusePath)
  return app.use(answerProblems(parts.log))
}

/** `/v1/accounts/{id}` as Express writes it. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1")
}

function methodsByPath(routes: readonly Pick<Route, "path" | "method">[]): Map<string, string[]> {
  const byPath = Map.groupBy(routes, ({ path }) => path)
  return new Map([...byPath].map(([path, list]) => [path, list.flatMap(({ method }) => namesOf(method))]))
}

function namesOf(method: Route["method"]): string[] {
  return method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]
}

function refuseMethod(allowed: readonly string[]) {
  return (request: Request, response: Response): never => {
    response.set("allow", allowed.join(", "))
    throw new WildcatError("method_not_allowed", { detail: `${request.method} is not one of ${allowed.join(", ")}` })
  }
}

function refusePath(request: Request): never {
  throw new WildcatError("not_found", {
    detail: `there is no ${request.method} ${request.path.slice(0, 200)}`,
    field: "path",
  })
}
