import { createHash, randomInt } from "node:crypto"
import { toString as drawQr } from "qrcode"
import { Webhook } from "standardwebhooks"
import { waitUntil } from "@wildcat/testkit"
import { z } from "zod"
import type { ApiClient } from "./api-client.ts"
import { drawPicture } from "./picture.ts"
import type { Stage } from "./stage.ts"
import type { Narrator } from "./steps.ts"

const Account = z.object({ id: z.string(), status: z.string() })
const Qr = z.object({ qr: z.string().nullable() })
const Message = z.object({ id: z.string(), waId: z.string(), status: z.string().nullable() })
const NewWebhook = z.object({ id: z.string(), secret: z.string() })
const Event = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({
    content: z.object({ type: z.string(), text: z.string().optional() }).optional(),
    media: z.object({ url: z.string(), mimetype: z.string() }).nullish(),
  }),
})

/** What the story acts on, and who tells it. */
type Scene = Pick<Stage, "api" | "simulator" | "receiver"> & { narrator: Narrator }

/** Who took part, for going on by hand. `phone` is the account's number. */
export interface Cast {
  account: string
  phone: string
  contact: { id: string; phone: string }
}

/** The main job, from an empty installation to messages both ways. */
export async function tellStory(scene: Scene): Promise<Cast> {
  const { api, simulator, narrator } = scene
  const webhook = await narrator.step("registered a webhook for every event", () =>
    api.post("/v1/webhooks", { url: scene.receiver.url, events: ["*"] }, NewWebhook),
  )
  const account = await narrator.step("created an account", () =>
    api.post("/v1/accounts", { name: "Demo shop" }, Account),
  )
  const qr = await narrator.step("got a QR code from WhatsApp", () => waitForQr(api, account.id))
  narrator.show(await drawQr(qr, { type: "utf8" }))

  const phone = await narrator.step("the simulated phone scanned it: the account is linked", async () => {
    const created = await simulator.createPhone({ name: "Demo phone" })
    await simulator.scanQr({ phoneId: created.id, qr })
    await waitUntil("the account is connected", async () => (await getAccount(api, account.id)).status === "connected")
    return created
  })
  const contact = await simulator.createContact({ name: "Ada" })
  await sendToContact(scene, account.id, contact)
  await hearFromContact(scene, { contactId: contact.id, to: phone.phone, secret: webhook.secret })
  return { account: account.id, phone: phone.phone, contact }
}

async function sendToContact(
  { api, simulator, narrator }: Scene,
  account: string,
  contact: { id: string; phone: string },
) {
  const send = (content: unknown) =>
    api.post(`/v1/accounts/${account}/messages`, { to: contact.phone, content }, Message)

  const text = "Hello from Wildcat"
  await narrator.step("sent a text; the contact decrypted it", async () => {
    const { waId } = await send({ type: "text", text })
    const got = await simulator.waitForMessage({ contactId: contact.id, match: { messageId: waId } })
    same("the text", got.text, text)
  })
  await narrator.step("sent an image; the contact decrypted it, byte by byte the same", async () => {
    const picture = drawPicture(randomInt(256))
    const media = { base64: picture.toString("base64"), mimetype: "image/png" }
    const { waId } = await send({ type: "image", caption: "Fresh from the press", media })
    const got = await simulator.waitForMessage({ contactId: contact.id, match: { messageId: waId } })
    same("the image", digest(Buffer.from(got.bytesBase64 ?? "", "base64")), digest(picture))
  })
}

async function hearFromContact(scene: Scene, talk: { contactId: string; to: string; secret: string }) {
  const { simulator, narrator } = scene
  await narrator.step("the contact answered; the webhook arrived and its signature is valid", async () => {
    await simulator.sendText({ from: talk.contactId, to: talk.to, text: "Lovely, thank you!" })
    const event = await receive(scene, talk.secret, "text")
    same("the text", event.data.content?.text, "Lovely, thank you!")
  })
  await narrator.step("the contact sent a photo; the webhook's link opens it", async () => {
    const picture = drawPicture(randomInt(256))
    const photo = { mimetype: "image/png", bytesBase64: picture.toString("base64") }
    await simulator.sendImage({ from: talk.contactId, to: talk.to, caption: "From my garden", ...photo })
    const event = await receive(scene, talk.secret, "image")
    const response = await fetch(event.data.media?.url ?? "")
    same("the media type", response.headers.get("content-type"), "image/png")
    same("the photo", digest(Buffer.from(await response.arrayBuffer())), digest(picture))
  })
}

/** Waits for the signed delivery of a received message of one kind; throws when its signature is not valid. */
async function receive({ receiver }: Scene, secret: string, kind: string) {
  const verifier = new Webhook(secret)
  return waitUntil(`a webhook with the ${kind} arrives`, async () => {
    for (const request of receiver.requests) {
      const event = Event.parse(verifier.verify(request.body.toString(), request.headers))
      if (event.type === "message.received" && event.data.content?.type === kind) return event
    }
    return null
  })
}

async function waitForQr(api: ApiClient, account: string): Promise<string> {
  return waitUntil("a QR code is there", async () => (await api.get(`/v1/accounts/${account}/qr`, Qr)).qr)
}

async function getAccount(api: ApiClient, account: string) {
  return api.get(`/v1/accounts/${account}`, Account)
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}

function same(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`${what} is not what was sent: ${String(got)} instead of ${String(wanted)}`)
}
