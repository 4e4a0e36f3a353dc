import { memberKey } from "@wildcat/shared/store"
import type { AccountDoc, ContactDoc } from "@wildcat/shared/store"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const ada = { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }

/** Contacts as a worker stores them. */
async function store(account: AccountDoc, contact: Partial<ContactDoc>): Promise<void> {
  const names = { pn: null, lid: null, ...contact }
  await api.store.collections.contacts.insertOne({
    _id: `${account._id}:${memberKey(names)}`,
    tenant: account.tenant,
    account: account._id,
    name: null,
    savedName: null,
    verifiedName: null,
    search: [],
    revision: 1,
    updatedAt: new Date(),
    ...names,
  })
}

test("contacts are listed in pages, each once, and found by the beginning of a name, a word or a number", async () => {
  const account = await api.makeAccount()
  for (let index = 0; index < 7; index += 1) {
    const name = `Zoe ${index}`
    const pn = `49151000000${index}@s.whatsapp.net`
    await store(account, { pn, name, search: [`zoe ${index}`, String(index), `49151000000${index}`] })
  }
  await store(account, { ...ada, name: "Ada (Home).*", search: ["ada (home).*", "(home).*", "4915112345678"] })
  const path = `/v1/accounts/${account._id}/contacts`
  const first = await api.call("GET", `${path}?limit=5`)
  const second = await api.call("GET", `${path}?limit=5&cursor=${first.body.nextCursor}`)
  expect(second.body.nextCursor).toBeNull()
  const listed = [...first.body.items, ...second.body.items].map(({ name }: ContactDoc) => name)
  expect(new Set(listed)).toEqual(new Set(["Ada (Home).*", ...Array.from({ length: 7 }, (_, index) => `Zoe ${index}`)]))
  const find = async (search: string) =>
    (await api.call("GET", `${path}?search=${encodeURIComponent(search)}`)).body.items.length
  expect(await find("ZOE")).toBe(7)
  expect(await find("zoe 3")).toBe(1)
  expect(await find("(home).*")).toBe(1)
  expect(await find("+49 151 1234")).toBe(1)
  expect(await find("oe")).toBe(0)
  expect(await find(".*")).toBe(0)
})

test("a person is found under either name; the session fills in the other; nobody else's contacts are seen", async () => {
  const account = await api.makeAccount()
  await store(account, { lid: ada.lid, name: "Ada" })
  const path = `/v1/accounts/${account._id}/contacts`
  const known = { name: "Ada", savedName: null, verifiedName: null, known: true }
  // Without a session, what is stored is what there is.
  expect(await api.call("GET", `${path}/${ada.lid}`)).toMatchObject({
    status: 200,
    body: { pn: null, lid: ada.lid, ...known },
  })
  const worker = await api.serve(account._id, { "contact.names": async () => ({ people: [ada] }) })
  expect((await api.call("GET", `${path}/${ada.lid}`)).body).toEqual({ ...ada, ...known })
  expect((await api.call("GET", `${path}/+4915112345678`)).body).toMatchObject({ ...ada, known: false })
  worker.stop()
  expect(await api.call("GET", `${path}/4915100000009`)).toMatchObject({ status: 404, body: { field: "path.person" } })
  const other = await api.makeAccount()
  expect((await api.call("GET", `/v1/accounts/${other._id}/contacts`)).body.items).toEqual([])
})

test("numbers are checked as digits, whatever form they have, and people looked up in order", async () => {
  const account = await api.makeAccount()
  const orders: unknown[] = []
  const results = [{ number: "4915112345678", exists: true, ...ada }]
  const worker = await api.serve(account._id, {
    "contact.check": async (request) => {
      orders.push(request)
      return { results }
    },
    "contact.names": async (request) => {
      orders.push(request)
      return { people: [ada, ada] }
    },
  })
  const path = `/v1/accounts/${account._id}/contacts`
  const numbers = ["+49 151 1234-5678", "004915112345678", "4915112345678@c.us"]
  expect((await api.call("POST", `${path}/check`, { body: { numbers } })).body).toEqual({ results })
  const people = ["+49 151 12345678", ada.lid]
  expect((await api.call("POST", `${path}/lookup`, { body: { people } })).body).toEqual({ people: [ada, ada] })
  const digits = "4915112345678"
  expect(orders).toEqual([{ numbers: [digits, digits, digits] }, { people: [ada.pn, ada.lid] }])
  worker.stop()
})

test("a picture is a link with its end, or a redirect to it; none is 404", async () => {
  const account = await api.makeAccount()
  const url = "https://pps.whatsapp.net/v/1.jpg?ccb=11-4&oe=67456789&x=1"
  let picture: { id: string; url: string } | null = { id: "17", url }
  const worker = await api.serve(account._id, { "contact.picture": async () => ({ picture }) })
  const path = `/v1/accounts/${account._id}/contacts/${ada.pn}/picture`
  expect(await api.call("GET", path)).toMatchObject({
    status: 200,
    body: { id: "17", url, urlExpiresAt: new Date(0x67456789 * 1000).toISOString() },
  })
  const redirect = await api.call("GET", `${path}?format=redirect&size=preview`)
  expect([redirect.status, redirect.headers.get("location")]).toEqual([302, url])
  picture = null
  expect(await api.call("GET", path)).toMatchObject({ status: 404, body: { code: "not_found" } })
  worker.stop()
})

test("blocking, presence, profile and privacy are orders to the owner, answered when they are done", async () => {
  const account = await api.makeAccount()
  const orders: unknown[] = []
  const note =
    <T>(verb: string, reply: T) =>
    async (request: unknown) => {
      orders.push([verb, request])
      return reply
    }
  const privacy = {
    lastSeen: "none",
    online: "all",
    picture: "all",
    about: "all",
    readReceipts: "all",
    groupAdd: "all",
    calls: "all",
    messages: null,
  }
  const profile = { me: ada, name: "Shop", about: "open", picture: null }
  const worker = await api.serve(account._id, {
    "contact.block": note("block", { person: ada }),
    "contact.blocked": note("blocked", { people: [ada] }),
    "contact.save": note("save", {}),
    "presence.set": note("presence", {}),
    "presence.chat": note("chat", {}),
    "presence.subscribe": note("subscribe", {}),
    "profile.set": note("profile", {}),
    "profile.get": note("read", profile),
    "privacy.set": note("privacy", privacy),
  })
  const base = `/v1/accounts/${account._id}`
  const person = `${base}/contacts/${encodeURIComponent("+49 151 12345678")}`
  const calls = [
    ["PUT", `${person}/block`, undefined, 204],
    ["DELETE", `${person}/block`, undefined, 204],
    ["GET", `${base}/blocklist`, undefined, 200],
    ["PUT", `${person}/saved-name`, { savedName: "Ada" }, 204],
    ["PUT", `${base}/presence`, { presence: "available" }, 204],
    ["PUT", `${base}/chats/120363041234567890@g.us/presence`, { presence: "recording" }, 204],
    ["POST", `${person}/presence/subscribe`, undefined, 204],
    ["PATCH", `${base}/profile`, { name: "Shop", about: "" }, 200],
    ["PATCH", `${base}/privacy`, { lastSeen: "none" }, 200],
  ] as const
  for (const [method, path, body, status] of calls) {
    const answer = await api.call(method, path, body === undefined ? {} : { body })
    expect([path, answer.status]).toEqual([path, status])
  }
  expect(orders).toEqual([
    ["block", { person: ada.pn, block: true }],
    ["block", { person: ada.pn, block: false }],
    ["blocked", {}],
    ["save", { person: ada.pn, name: "Ada" }],
    ["presence", { presence: "available" }],
    ["chat", { chat: "120363041234567890@g.us", presence: "recording" }],
    ["subscribe", { person: ada.pn }],
    ["profile", { name: "Shop", about: "" }],
    ["read", {}],
    ["privacy", { set: { lastSeen: "none" } }],
  ])
  worker.stop()
})
