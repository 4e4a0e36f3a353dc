// The process of the baseline: posts bodies to a receiver with got, a fixed number at a time, and keeps no record.
// argv: url, how many, how many at a time, bytes of a body.
import { Agent } from "node:http"
import got from "got"

const [url = "", count = "0", lanes = "1", bytes = "0"] = process.argv.slice(2)
const agent = { http: new Agent({ keepAlive: true }) }
const body = "x".repeat(Number(bytes))
let next = 0

async function lane(): Promise<void> {
  while (next < Number(count)) {
    const id = `plain_${next++}`
    const headers = { "content-type": "application/json", "webhook-id": id }
    await got.post(url, { body, headers, agent, retry: { limit: 0 }, timeout: { request: 10_000 } })
  }
}

const started = performance.now()
await Promise.all(Array.from({ length: Number(lanes) }, lane))
process.stdout.write(`${JSON.stringify({ tookMs: performance.now() - started })}\n`, () => process.exit(0))
