import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** Answers why the service cannot work right now, or null when it can. */
export type ReadyCheck = () => Promise<string | null> | string | null

export interface HealthServer {
  port: number
  close(): Promise<void>
}

/**
 * Serves `/healthz` (the process answers) and `/readyz` (200 when every check passes, else 503 with the reasons).
 * `elsewhere` answers all other paths, 404 by default.
 */
export async function serveHealth(options: {
  host: string
  port: number
  checks: Record<string, ReadyCheck>
  elsewhere?: 404 | 503
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/", options).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    // A server that listens on TCP has an AddressInfo.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Stands in for a service that serves its health itself, until it can: it waits for its servers first. Close it before the
 * service listens on the same port.
 */
export function serveWaiting(address: { host: string; port: number }): Promise<HealthServer> {
  return serveHealth({ ...address, checks: { started: () => "still starting" }, elsewhere: 503 })
}

/** Runs all checks; a check that throws or takes more than 2 s counts as failed. */
export async function readiness(checks: Record<string, ReadyCheck>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await withDeadline(check)] as const),
  )
  return Object.fromEntries(results.flatMap(([name, problem]) => (problem === null ? [] : [[name, problem]])))
}

async function answer(
  url: string,
  { checks, elsewhere = 404 }: { checks: Record<string, ReadyCheck>; elsewhere?: 404 | 503 },
): Promise<{ status: number; body: unknown }> {
  if (url === "/healthz") return { status: 200, body: { status: "ok" } }
  if (url !== "/readyz") return { status: elsewhere, body: { status: elsewhere === 404 ? "not found" : "not ready" } }
  const problems = await readiness(checks)
  const ready = Object.keys(problems).length === 0
  return { status: ready ? 200 : 503, body: { status: ready ? "ready" : "not ready", ...(ready ? {} : { problems }) } }
}

async function withDeadline(check: ReadyCheck): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve("no answer within 2 s"), 2_000)
  try {
    return await Promise.race([Promise.resolve().then(check), promise])
  } catch (error) {
    return error instanceof Error ? error.message : "failed"
  } finally {
    clearTimeout(timer)
  }
}
