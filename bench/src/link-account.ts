import type { Stage } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { z } from "zod"

const Account = z.object({ id: z.string(), status: z.string() })
const Qr = z.object({ qr: z.string().nullable() })

/** An account of the gateway, linked to a phone that keeps what it gets without reading it. */
export async function linkAccount({ api, simulator }: Stage) {
  const { id } = await api.post("/v1/accounts", { name: "Bench" }, Account)
  const qr = await waitUntil("a QR code", async () => (await api.get(`/v1/accounts/${id}/qr`, Qr)).qr)
  const phone = await simulator.createPhone({ sink: true })
  await simulator.scanQr({ phoneId: phone.id, qr })
  await waitUntil("the account is connected", async () => {
    return (await api.get(`/v1/accounts/${id}`, Account)).status === "connected"
  })
  return { id, phone }
}
