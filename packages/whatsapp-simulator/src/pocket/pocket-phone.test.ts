import { downloadMediaMessage } from "@whiskeysockets/baileys"
import { type Browser, browserMissing, type Page, startBrowser } from "@wildcat/testkit/browser"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { BaileysClient } from "../conformance/baileys-client.ts"
import { eventually } from "../conformance/eventually.ts"
import { nothingWasRefused } from "../conformance/nothing-refused.ts"
import { trustMedia } from "../conformance/trust-media.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)
const markup = `<img src=x onerror="document.title='run'"><b>bold</b>`
const reason = browserMissing()
if (reason !== undefined) process.stderr.write(`the pocket phone is not tested in a browser here: ${reason}\n`)

let simulator: Simulator
let control: SimulatorClient
let client: BaileysClient
let browser: Browser
let page: Page
let pageErrors: string[]

beforeAll(async () => {
  simulator = await startSimulator({ ackDelayMs: 100 })
  trustMedia(simulator)
  control = createSimulatorClient({ url: simulator.controlUrl })
  client = new BaileysClient(simulator)
  if (reason !== undefined) return
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 440, height: 900 } })
  pageErrors = []
  page.on("pageerror", (error) => pageErrors.push(error.message))
  page.on("console", (line) => line.type() === "error" && pageErrors.push(line.text()))
  await page.goto(`${simulator.controlUrl}/phone`)
})

afterEach(() => nothingWasRefused(control))

afterAll(async () => {
  await browser?.close()
  await client.stop()
  await simulator.stop()
})

async function accountId(): Promise<string> {
  return (await control.phones())[0]?.id ?? ""
}

async function ada() {
  const found = (await control.contacts()).find(({ name }) => name === "Ada")
  if (!found) throw new Error("Ada is not there")
  return found
}

/** Opens Ada's chat with the account. */
async function openChat(): Promise<void> {
  await page.goto(`${simulator.controlUrl}/phone#/`)
  await page.getByRole("link", { name: /^Ada/ }).click()
  await page.getByRole("link", { name: /^Shop/ }).click()
  await page.getByRole("textbox", { name: "Message" }).waitFor()
}

describe.skipIf(reason !== undefined)("the pocket phone in a real browser", () => {
  test("an account and a contact are made, and a client is linked by the text of its QR code", async () => {
    await page.getByLabel("New account: name").fill("Shop")
    await page.getByRole("button", { name: "New account" }).click()
    await page.getByLabel("New contact: name").fill("Ada")
    await page.getByRole("button", { name: "New contact" }).click()
    await page.getByRole("link", { name: /^Ada/ }).waitFor()

    client.connect()
    const { qr } = await client.waitFor("connection.update", (update) => update.qr !== undefined)
    await page.getByRole("link", { name: /^Shop/ }).click()
    await page.getByLabel("Text of the QR code").fill(qr ?? "")
    await page.getByRole("button", { name: "Link", exact: true }).click()
    await client.waitFor("connection.update", ({ connection }) => connection === "close")
    client.connect()
    await client.waitFor("connection.update", ({ connection }) => connection === "open")
    await page.getByRole("list", { name: "Linked devices" }).getByText("Connected", { exact: true }).waitFor()
    expect(client.auth.creds.me?.id).toContain((await control.phones())[0]?.phone)
  })

  test("what is wrong with a QR code is said", async () => {
    await page.getByLabel("Text of the QR code").fill("no such code")
    await page.getByRole("button", { name: "Link", exact: true }).click()
    await page.getByText("nobody shows this QR code").waitFor()
    pageErrors.length = 0 // the browser notes the answer 409 in its console
  })

  test("what the contact types arrives at the client, and the ticks turn blue when the client has read it", async () => {
    await openChat()
    await page.getByRole("textbox", { name: "Message" }).fill("Hello from the browser")
    await page.getByRole("button", { name: "Send", exact: true }).click()
    const upsert = await client.waitFor(
      "messages.upsert",
      ({ messages }) => messages[0]?.message?.conversation === "Hello from the browser",
    )
    const bubble = page.locator(".bubble", { hasText: "Hello from the browser" })
    await bubble.getByRole("img", { name: "Delivered" }).waitFor()
    await client.socket.readMessages(upsert.messages.map(({ key }) => key))
    await bubble.getByRole("img", { name: "Read" }).waitFor()
    expect(await page.evaluate("getComputedStyle(document.querySelector('.tick.read')).color")).toBe(
      "rgb(10, 127, 208)",
    )
  })

  test("what the client writes is shown at once, and read because the chat is open", async () => {
    const sent = await client.socket.sendMessage((await ada()).pn, { text: "Hello from the client" })
    await page.locator(".bubble.theirs", { hasText: "Hello from the client" }).waitFor()
    const isRead = () =>
      client
        .seen("messages.update")
        .some((updates) => updates.some(({ key, update }) => key.id === sent?.key.id && update.status === 4))
    await eventually(() => expect(isRead()).toBe(true))
  })

  test("a photo reaches the client, and one of the client is shown", async () => {
    await page.getByLabel("Send a photo").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: picture })
    const { messages } = await client.waitFor("messages.upsert", (upsert) =>
      Boolean(upsert.messages[0]?.message?.imageMessage),
    )
    const [photo] = messages
    if (!photo) throw new Error("no photo in the upsert")
    expect(await downloadMediaMessage(photo, "buffer", {})).toEqual(picture)

    await client.socket.sendMessage((await ada()).pn, { image: picture, mimetype: "image/png", caption: "my garden" })
    await page.locator(".bubble.theirs").getByRole("img", { name: "Photo: my garden" }).waitFor()
    const widths = () => page.evaluate("[...document.querySelectorAll('.photo')].map((photo) => photo.naturalWidth)")
    await eventually(async () => expect(await widths()).toEqual([1, 1]))
  })

  test("markup in a message, a name and a caption stays text", async () => {
    await client.socket.sendMessage((await ada()).pn, { text: markup })
    await page.locator(".bubble.theirs", { hasText: markup }).waitFor()
    await control.createContact({ name: markup })
    await page.goto(`${simulator.controlUrl}/phone#/`)
    await page.getByText(markup).waitFor()
    expect(await page.evaluate("document.querySelectorAll('img[src=x], b').length")).toBe(0)
    expect(await page.title()).toBe("Pocket phone")
  })

  test("an edit, a reaction and a revoke of the client change what is shown", async () => {
    await openChat()
    const { pn } = await ada()
    const sent = await client.socket.sendMessage(pn, { text: "frist" })
    const key = sent?.key
    if (!key) throw new Error("nothing was sent")
    const bubble = page.locator(`.bubble[data-id="${key.id}"]`)
    await bubble.getByText("frist").waitFor()
    await client.socket.sendMessage(pn, { text: "first", edit: key })
    await bubble.getByText("first").waitFor()
    await bubble.getByText("edited").waitFor()
    await client.socket.sendMessage(pn, { react: { text: "👍", key } })
    await bubble.getByText("👍").waitFor()
    await client.socket.sendMessage(pn, { delete: key })
    await bubble.getByText("This message was deleted").waitFor()
  })

  test("the client's typing is shown, and the contact's reaches the client", async () => {
    const { pn, lid } = await ada()
    await client.socket.presenceSubscribe(pn)
    await client.socket.sendPresenceUpdate("composing", pn)
    await page.getByText("typing…").waitFor()
    await page.getByRole("textbox", { name: "Message" }).pressSequentially("a")
    await client.waitFor(
      "presence.update",
      ({ id, presences }) => id === lid && JSON.stringify(presences).includes("composing"),
    )
  })

  test("a group is a chat of its members: who wrote is shown, Enter sends, ticks turn when everyone has read", async () => {
    const [account] = await control.phones()
    const [me, other] = [await ada(), await control.createContact({ name: "Bob", autoRead: true })]
    const group = await control.createGroup({ subject: "Garden", participants: [me.id, other.id, account?.id ?? ""] })
    await page.goto(`${simulator.controlUrl}/phone#/as/${me.id}`)
    await page.getByRole("link", { name: /^Garden/ }).click()
    await client.socket.sendMessage(group.id, { text: "who is there" })
    await page.locator(".bubble.theirs", { hasText: "who is there" }).getByText("Shop", { exact: true }).waitFor()
    await page.getByRole("textbox", { name: "Message" }).fill("me")
    await page.getByRole("textbox", { name: "Message" }).press("Enter")
    const upsert = await client.waitFor(
      "messages.upsert",
      ({ messages }) => messages[0]?.message?.conversation === "me",
    )
    const bubble = page.locator(".bubble.mine")
    await bubble.getByRole("img", { name: "Delivered" }).waitFor()
    await client.socket.readMessages(upsert.messages.map(({ key }) => key))
    await bubble.getByRole("img", { name: "Read" }).waitFor()
  })

  test("a picture of a QR code is read where the browser can", async () => {
    // Headless Chromium on Linux has no detector; the page meets one that answers a fixed text.
    const other = await browser.newPage()
    await other.addInitScript("globalThis.BarcodeDetector = class { detect = async () => [{ rawValue: 'a picture' }] }")
    await other.goto(`${simulator.controlUrl}/phone#/phone/${await accountId()}`)
    await other.getByLabel("Use a picture").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: picture })
    await other.getByText("nobody shows this QR code").waitFor()
    await other.close()
  })

  test("a linked device is logged out from the phone", async () => {
    await page.goto(`${simulator.controlUrl}/phone#/phone/${await accountId()}`)
    client.forgetEvents()
    await page.getByRole("button", { name: "Log out device 1" }).click()
    expect(await client.closeCode()).toBe(401)
    await page.getByText("No device is linked").waitFor()
  })

  test("nothing of the page was refused or failed", () => {
    expect(pageErrors).toEqual([])
  })
})

test("the page and its files are served under a policy that runs nothing else", async () => {
  const response = await fetch(`${simulator.controlUrl}/phone`)
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'")
  const html = await response.text()
  expect(html).not.toMatch(/<script>|https?:|style=/)
  expect((await fetch(`${simulator.controlUrl}/phone/assets/main.js`)).headers.get("content-type")).toContain(
    "text/javascript",
  )
})

test("no more pages than there is room for are kept up to date, and a page that goes makes room", async () => {
  const pages = Array.from({ length: 40 }, () => new AbortController())
  const open = ({ signal }: AbortController) => fetch(`${simulator.controlUrl}/phone/events`, { signal })
  const statuses = (await Promise.all(pages.map(open))).map(({ status }) => status)
  expect(statuses).toContain(200)
  expect(statuses).toContain(503)
  for (const each of pages) each.abort()
  const last = new AbortController()
  await eventually(async () => expect((await open(last)).status).toBe(200))
  last.abort()
})

test("an unknown person, photo or file of the page is answered 404", async () => {
  for (const path of ["events?person=nobody", "photos/nobody/1", "assets/secret.js", "assets/..%2fjournal.ts"]) {
    expect((await fetch(`${simulator.controlUrl}/phone/${path}`)).status).toBe(404)
  }
})
