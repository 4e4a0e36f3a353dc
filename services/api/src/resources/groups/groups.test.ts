import { WildcatError } from "@wildcat/shared/contracts"
import type { GroupView } from "@wildcat/shared/contracts"
import { memberKey } from "@wildcat/shared/store"
import type { AccountDoc, GroupDoc } from "@wildcat/shared/store"
import { afterAll, beforeAll, expect, test } from "vitest"
import { png, startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const jid = "120363041234567890@g.us"
const ada = { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }
const view: GroupView = {
  id: jid,
  subject: "Climbing",
  description: null,
  owner: ada,
  createdAt: "2026-11-24T10:00:00.000Z",
  addressing: "lid",
  announce: false,
  locked: false,
  memberAddMode: "admins",
  joinApproval: false,
  ephemeralSeconds: 0,
  community: null,
  size: 2,
  role: "admin",
}

/** Groups as a worker stores them. */
async function store(account: AccountDoc, number: number, more: Partial<GroupDoc> = {}): Promise<string> {
  const { id: _id, size: _size, role: _role, createdAt, ...rest } = view
  const group = `1203630000${String(number).padStart(8, "0")}@g.us`
  const me = { pn: account.me?.pn ?? null, lid: account.me?.lid ?? null, role: "admin" as const }
  const people = [{ ...ada, role: "superadmin" as const }, me]
  await api.store.collections.groups.insertOne({
    _id: `${account._id}:${group}`,
    tenant: account.tenant,
    account: account._id,
    jid: group,
    ...rest,
    subject: `group ${number}`,
    createdAt: createdAt === null ? null : new Date(createdAt),
    members: Object.fromEntries(people.map((person) => [memberKey(person), person])),
    joined: true,
    revision: 1,
    updatedAt: new Date(),
    ...more,
  })
  return group
}

test("a thousand groups are listed in pages, each once, with size and own role, without those that were left", async () => {
  const account = await api.makeAccount()
  const groups = await Promise.all(Array.from({ length: 1000 }, (_, index) => store(account, index)))
  await store(account, 1000, { joined: false })
  const listed: GroupView[] = []
  for (let cursor = ""; ;) {
    const page = await api.call("GET", `/v1/accounts/${account._id}/groups?limit=100${cursor}`)
    expect(page.status).toBe(200)
    listed.push(...page.body.items)
    if (page.body.nextCursor === null) break
    cursor = `&cursor=${page.body.nextCursor}`
  }
  expect(listed.map(({ id }) => id)).toEqual(groups.toSorted())
  expect(listed[7]).toEqual({ ...view, id: groups[7], subject: "group 7" })
})

test("a group is shown with its members; one that was left has no role; one of another account is not there", async () => {
  const account = await api.makeAccount()
  const group = await store(account, 1)
  const path = `/v1/accounts/${account._id}/groups/${group}`
  const found = await api.call("GET", path)
  expect(found).toMatchObject({ status: 200, body: { id: group, size: 2, role: "admin" } })
  expect(found.body.participants).toEqual([
    { ...ada, role: "superadmin" },
    { ...account.me, role: "admin" },
  ])
  await api.store.collections.groups.updateOne({ _id: `${account._id}:${group}` }, { $set: { joined: false } })
  expect((await api.call("GET", path)).body.role).toBeNull()
  const other = await api.makeAccount()
  expect(await api.call("GET", `/v1/accounts/${other._id}/groups/${group}`)).toMatchObject({
    status: 404,
    body: { code: "not_found", field: "path.group" },
  })
})

test("orders reach the owner in canonical form, and its answers are ours", async () => {
  const account = await api.makeAccount()
  const orders: unknown[] = []
  const note =
    <T>(reply: T) =>
    async (request: unknown) => {
      orders.push(request)
      return reply
    }
  const result = {
    person: ada,
    ok: false,
    code: "invite_needed",
    invite: { code: "abcdefgh", expiresAt: null },
  } as const
  const worker = await api.serve(account._id, {
    "group.create": note({ group: view, results: [result] }),
    "group.update": note({ group: view }),
    "group.members": note({ results: [result] }),
    "group.invite": note({ code: "AbCdEf123456GhIjKl7890" }),
    "group.join": note({ group: null, pending: true }),
    "group.leave": note({}),
    "group.requests": note({ requests: [{ person: ada, at: null }] }),
    "group.decide": note({ results: [] }),
  })
  const groups = `/v1/accounts/${account._id}/groups`
  const people = ["+49 151 1234-5678", ada.lid]
  const made = await api.call("POST", groups, { body: { subject: " Climbing ", people } })
  expect(made).toMatchObject({ status: 201, body: { group: view, results: [result] } })
  expect(made.headers.get("location")).toBe(`${groups}/${jid}`)
  const one = `${groups}/${jid}`
  const calls = [
    ["PATCH", one, { locked: true, description: null }, 200, view],
    ["POST", `${one}/participants/add`, { people }, 200, { results: [result] }],
    ["POST", `${one}/participants/demote`, { people }, 200, { results: [result] }],
    ["GET", `${one}/invite`, undefined, 200, { link: "https://chat.whatsapp.com/AbCdEf123456GhIjKl7890" }],
    ["POST", `${one}/invite/revoke`, undefined, 200, { code: "AbCdEf123456GhIjKl7890" }],
    ["POST", `/v1/accounts/${account._id}/group-invites/AbCdEfGh/join`, undefined, 200, { group: null, pending: true }],
    ["POST", `${one}/leave`, undefined, 204, ""],
    ["GET", `${one}/join-requests`, undefined, 200, { items: [{ person: ada, at: null }] }],
    ["POST", `${one}/join-requests/approve`, { people }, 200, { results: [] }],
  ] as const
  for (const [method, path, body, status, answer] of calls) {
    const got = await api.call(method, path, body === undefined ? {} : { body })
    expect([path, got.status]).toEqual([path, status])
    if (answer === "") expect(got.body).toBe("")
    else expect(got.body).toMatchObject(answer)
  }
  const jids = [ada.pn, ada.lid]
  expect(orders).toEqual([
    { key: expect.stringMatching(/^3EB0/), subject: "Climbing", people: jids },
    { group: jid, set: { locked: true, description: null } },
    { group: jid, action: "add", people: jids },
    { group: jid, action: "demote", people: jids },
    { group: jid, renew: false },
    { group: jid, renew: true },
    { code: "AbCdEfGh" },
    { group: jid },
    { group: jid },
    { group: jid, action: "approve", people: jids },
  ])
  worker.stop()
})

test.each([
  ["not_found", 404],
  ["not_group_member", 422],
  ["not_group_admin", 422],
] as const)("a refusal of %s is answered with %i and names the group", async (code, status) => {
  const account = await api.makeAccount()
  const worker = await api.serve(account._id, {
    "group.update": () => Promise.reject(new WildcatError(code)),
  })
  const answer = await api.call("PATCH", `/v1/accounts/${account._id}/groups/${jid}`, { body: { locked: true } })
  expect(answer).toMatchObject({ status, body: { code, field: "path.group" } })
  worker.stop()
})

test("an account that is stopped or not linked is asked nothing", async () => {
  for (const [account, code] of [
    [await api.makeAccount({ desired: "stopped" }), "account_not_running"],
    [await api.makeAccount({ status: "qr", me: null }), "account_not_linked"],
  ] as const) {
    const answer = await api.call("POST", `/v1/accounts/${account._id}/groups/${jid}/leave`)
    expect(answer).toMatchObject({ status: 409, body: { code } })
  }
})

test("a picture is handed over by the id under which it is stored, and an upload does not stay", async () => {
  const account = await api.makeAccount()
  const seen: (string | null)[] = []
  const files = api.store.db.collection("media.files")
  const before = await files.countDocuments()
  const worker = await api.serve(account._id, {
    "group.picture": async ({ media }) => {
      const found = media === null ? null : await api.store.media.find(media)
      seen.push(found && found.mimetype)
      return {}
    },
  })
  const path = `/v1/accounts/${account._id}/groups/${jid}/picture`
  const raw = new Uint8Array(png)
  const headers = { "content-type": "image/png" }
  expect((await api.call("PUT", path, { raw, headers })).status).toBe(204)
  const uploaded = await api.call("POST", "/v1/media", { raw, headers })
  expect((await api.call("PUT", path, { body: { media: uploaded.body.id } })).status).toBe(204)
  expect((await api.call("DELETE", path)).status).toBe(204)
  expect(seen).toEqual(["image/jpeg", "image/jpeg", null])
  expect(await api.store.media.find(uploaded.body.id)).not.toBeNull()
  expect(await files.countDocuments()).toBe(before + 1)
  worker.stop()
})
