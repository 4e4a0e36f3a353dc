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
 */
export async function serveHealth(options: {
  host: string
  port: number
  checks: Record<string, ReadyCheck>
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/", options.checks).then(({ status, body }) => {
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

/** Runs all checks; a check that throws or takes more than 2 s counts as failed. */
export async function readiness(checks: Record<string, ReadyCheck>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await withDeadline(check)] as const),
  )
  return Object.fromEntries(results.flatMap(([name, problem]) => (problem === null ? [] : [[name, problem]])))
}

async function answer(url: string, checks: Record<string, ReadyCheck>): Promise<{ status: number; body: unknown }> {
  if (url === "/healthz") return { status: 200, body: { status: "ok" } }
  if (url !== "/readyz") return { status: 404, body: { status: "not found" } }
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
