import { createApiClient } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { z } from "zod"
import type { Gateway } from "./gateway.ts"

/** A linked account. */
export interface ChaosAccount {
  id: string
  phoneId: string
  /** Its phone number, digits only. */
  phone: string
}

/** A person who writes with every account. */
export interface ChaosContact {
  id: string
  phone: string
}

export interface Town {
  accounts: ChaosAccount[]
  contacts: ChaosContact[]
}

const Account = z.object({ id: z.string(), status: z.string() })
const Qr = z.object({ qr: z.string().nullable() })
const sizes = { accounts: 4, contacts: 4 } as const

/** Links the accounts, before the storm. All accounts share the contacts, so that sessions of a worker meet in libsignal. */
export async function settleTown(gateway: Gateway, webhookUrl: string): Promise<Town> {
  const { simulator } = gateway
  const api = createApiClient({ url: gateway.apiUrls[0] ?? "", key: gateway.apiKey })
  await api.post("/v1/webhooks", { url: webhookUrl, events: ["*"] }, z.object({ id: z.string() }))
  const link = async (_: unknown, index: number): Promise<ChaosAccount> => {
    const { id } = await api.post("/v1/accounts", { name: `Shop ${index}` }, Account)
    const waiting = { timeoutMs: 60_000, everyMs: 200 }
    const qr = await waitUntil("a QR code", async () => (await api.get(`/v1/accounts/${id}/qr`, Qr)).qr, waiting)
    const { id: phoneId, phone } = await simulator.createPhone({})
    await simulator.scanQr({ phoneId, qr })
    await waitUntil(
      "the account is connected",
      async () => (await api.get(`/v1/accounts/${id}`, Account)).status === "connected",
      waiting,
    )
    return { id, phoneId, phone }
  }
  const accounts = await Promise.all(Array.from({ length: sizes.accounts }, link))
  const contacts = await Promise.all(Array.from({ length: sizes.contacts }, () => simulator.createContact({})))
  // A chat is begun once, whatever becomes of the message: nobody is a stranger when the blows fall.
  const greeted = contacts.flatMap((contact) =>
    accounts.map(async ({ phone }) => {
      const { messageId } = await simulator.sendText({ from: contact.id, to: phone, text: "good morning" })
      await simulator.waitForReceipt({ messageId })
    }),
  )
  await Promise.all(greeted)
  return { accounts, contacts: contacts.map(({ id, phone }) => ({ id, phone })) }
}
