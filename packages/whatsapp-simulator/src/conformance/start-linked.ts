import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator.ts"
import { linkAccount, type ClientConfig, type LinkedAccount } from "./link.ts"
import { trustMedia } from "./trust-media.ts"

/** A simulator, its control and an account that is linked to it; `stop` is what `beforeAll` is to return. */
export interface Linked {
  simulator: Simulator
  control: SimulatorClient
  account: LinkedAccount
  stop(): Promise<void>
}

export async function startLinked(options: SimulatorOptions = {}, config: ClientConfig = {}): Promise<Linked> {
  const simulator = await startSimulator(options)
  trustMedia(simulator)
  const account = await linkAccount(simulator, config)
  return {
    simulator,
    control: createSimulatorClient({ url: simulator.controlUrl }),
    account,
    async stop() {
      await account.client.stop()
      await simulator.stop()
    },
  }
}
