import { expect } from "vitest"
import type { SimulatorClient } from "../client/index.ts"

/** For `afterEach`: every stanza the clients sent was known to the simulator and as it must be. */
export async function nothingWasRefused(control: SimulatorClient): Promise<void> {
  expect(await control.refusals()).toEqual([])
  expect(await control.counters()).toMatchObject({ unknownStanzas: 0, malformedStanzas: 0 })
}
