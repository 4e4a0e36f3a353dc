import express from "express"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { readiness } from "@wildcat/shared/runtime"
import type { HealthServer, Logger, ReadyCheck, SecretBox } from "@wildcat/shared/runtime"
import type { MediaStore } from "@wildcat/shared/store"
import { serveContent } from "./content.ts"
import { answerProblems, refuseUnknown } from "./problems.ts"

/** Serves the bytes of media, `/healthz` and `/readyz`. Throws when the port is taken. */
export async function startMediaServer(options: {
  host: string
  port: number
  media: MediaStore
  box: SecretBox
  checks: Record<string, ReadyCheck>
  log: Logger
}): Promise<HealthServer> {
  const app = express().disable("x-powered-by").disable("etag").set("query parser", "simple")
  app.use((_request, response, next) => {
    response.set(protections)
    next()
  })
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }))
  app.get("/readyz", async (_request, response) => {
    const problems = await readiness(options.checks)
    const ready = Object.keys(problems).length === 0
    response.status(ready ? 200 : 503).json(ready ? { status: "ready" } : { status: "not ready", problems })
  })
  app.get("/v1/media/:id/content", serveContent(options))
  app.use(refuseUnknown)
  app.use(answerProblems(options.log))
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, app)
  server.maxConnections = connectionsMax
  server.setTimeout(silenceMs)
  return listen(server, options)
}

/** Connections at once; more are closed as they come. */
const connectionsMax = 1_000
/** A client that takes nothing for so long is gone. */
const silenceMs = 60_000

/** A media never becomes a page of ours: not guessed, not run, not framed. */
const protections = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
}

async function listen(
  server: ReturnType<typeof createServer>,
  { host, port, log }: { host: string; port: number; log: Logger },
): Promise<HealthServer> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve))
  // A server that listens on TCP has an AddressInfo.
  const actual = (server.address() as AddressInfo).port
  log.info({ port: actual }, "http.listening")
  return {
    port: actual,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 5_000).unref()
      }),
  }
}
