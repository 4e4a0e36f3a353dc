import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { BaileysClient } from "./baileys-client.ts"

export type LinkedAccount = { phone: Awaited<ReturnType<SimulatorClient["createPhone"]>>; client: BaileysClient }

export type ClientConfig = ConstructorParameters<typeof BaileysClient>[1]

/** Links a new client to a new phone and logs it in again, as after every pairing. */
export async function linkAccount(simulator: Simulator, config: ClientConfig = {}): Promise<LinkedAccount> {
  const phone = await createSimulatorClient({ url: simulator.controlUrl }).createPhone({ name: "Account" })
  return { phone, client: await linkPhone(simulator, phone.id, config) }
}

/** Links a new client to a phone that is there and logs it in again. */
export async function linkPhone(
  simulator: Simulator,
  phoneId: string,
  config: ClientConfig = {},
): Promise<BaileysClient> {
  const client = new BaileysClient(simulator, config).connect()
  const { qr } = await client.waitFor("connection.update", (update) => update.qr !== undefined)
  await createSimulatorClient({ url: simulator.controlUrl }).scanQr({ phoneId, qr: qr ?? "" })
  await client.closeCode()
  client.forgetEvents()
  client.connect()
  await client.waitFor("connection.update", ({ connection }) => connection === "open")
  return client
}
