import { connectBus } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import { connectStore } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { isolated, startReceiver, startStack } from "@wildcat/testkit"
import { expect, test } from "vitest"
import { z } from "zod"
import { startNatsWithTaps } from "../testing/nats-with-taps.ts"
import { publishStatus } from "../testing/publish-status.ts"
import { pepper, secretsKey } from "../testing/test-api.ts"

const Created = z.object({ id: z.string() })

test("all four services start, become ready and deliver as the one user that nats.conf gives them", async () => {
  const place = isolated()
  const { prefix } = place
  const nats = await startNatsWithTaps({ prefix, tenants: [newId("tenant")] })
  const receiver = await startReceiver()
  const key = `wc_${newId("apiKey").slice(4)}_${"k".repeat(43)}`
  const stack = await startStack({
    ...place,
    natsUrl: nats.natsUrl,
    secretsKey,
    pepper,
    env: {
      NODE_ENV: "test",
      ADMIN_API_KEY: key,
      ALLOW_HTTP_WEBHOOKS: "true",
      ALLOWED_PRIVATE_RANGES: "127.0.0.0/8",
      LOG_LEVEL: "warn",
    },
  })
  const bus = await connectBus({ natsUrl: nats.natsUrl, prefix, name: "test", log: silentLog })
  const store = await connectStore({ ...place, name: "test", log: silentLog })
  const call = async (path: string, body: object) => {
    const headers = { "x-api-key": key, "content-type": "application/json" }
    const response = await fetch(stack.apiUrl + path, { method: "POST", headers, body: JSON.stringify(body) })
    expect(response.status).toBe(201)
    return Created.parse(await response.json())
  }
  // Not started: nothing of WhatsApp is needed here.
  const account = await call("/v1/accounts", { name: "x", start: false })
  await call("/v1/webhooks", { url: receiver.url, events: ["account.status"] })
  const stored = await store.models.accounts.findById(account.id).orFail().lean()
  const event = await publishStatus({ bus }, stored)
  await receiver.waitFor(({ body }) => body.includes(event.id))
  await bus.close()
  await store.close()
  await stack.stop()
  await receiver.stop()
  await nats.stop()
  await place.cleanup()
})
