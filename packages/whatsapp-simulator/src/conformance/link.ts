import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { BaileysClient } from "./baileys-client.ts"

export type LinkedAccount = { phone: Awaited<ReturnType<SimulatorClient["createPhone"]>>; client: BaileysClient }

/** Links a new client to a new phone and logs it in again, as after every pairing. */
export async function linkAccount(
  simulator: Simulator,
  config: ConstructorParameters<typeof BaileysClient>[1] = {},
): Promise<LinkedAccount> {
  const control = createSimulatorClient({ url: simulator.controlUrl })
  const phone = await control.createPhone({ name: "Account" })
  const client = new BaileysClient(simulator, config).connect()
  const { qr } = await client.waitFor("connection.update", (update) => update.qr !== undefined)
  await control.scanQr({ phoneId: phone.id, qr: qr ?? "" })
  await client.waitFor("connection.update", ({ connection }) => connection === "close")
  client.forgetEvents()
  client.connect()
  await client.waitFor("connection.update", ({ connection }) => connection === "open")
  return { phone, client }
}
