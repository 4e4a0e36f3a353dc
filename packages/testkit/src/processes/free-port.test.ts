import { createServer } from "node:net"
import { expect, test } from "vitest"
import { freePort } from "./free-port.ts"

test("ports that are given out are all different and below those that the kernel gives to others", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(new Set(ports).size).toBe(20)
  for (const port of ports) expect(port).toBeLessThan(32_768)
})

test("a port that somebody listens on is passed over", async () => {
  const taken = (await freePort()) + 1
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(taken, "127.0.0.1", resolve))
  expect(await freePort()).toBeGreaterThan(taken)
  await new Promise((resolve) => server.close(resolve))
})
