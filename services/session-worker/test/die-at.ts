import { expect } from "vitest"
import type { Account, World } from "./world.ts"

/** Starts a worker that dies at a named point, does something `meanwhile`, then starts one that lives. */
export async function dieAt(world: World, account: Account, point: string, meanwhile: () => Promise<unknown>) {
  const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: point })
  await world.waitForStatus(account.id, "connected")
  await meanwhile()
  expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
  await world.startWorker()
}
