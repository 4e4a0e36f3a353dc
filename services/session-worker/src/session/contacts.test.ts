import { newId } from "@wildcat/shared/contracts"
import { openTestPlace, silentLog } from "@wildcat/shared/testing"
import type { TestPlace } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Entry } from "../log/entry.ts"
import { createSessionLog, newNonce } from "../log/session-log.ts"
import { takeOver } from "../log/take-over.ts"
import { applyPeople } from "../pump/apply-people.ts"
import { createContacts } from "./contacts.ts"

let place: TestPlace

beforeAll(async () => {
  place = await openTestPlace(isolated())
})
afterAll(() => place.close())

/** The people of a new account, carried on as a session does. */
async function begin() {
  const { store, box } = place
  const owner = { account: newId("account"), tenant: newId("tenant") }
  const nonce = newNonce()
  const { lastRow, state } = await takeOver({ store, box, account: owner.account, epoch: 1, nonce, patienceMs: 1_000 })
  const entries: Entry[] = []
  const sessionLog = createSessionLog({
    account: { id: owner.account, tenant: owner.tenant },
    epoch: 1,
    nonce,
    lastRow,
    state,
    store,
    box,
    patienceMs: 1_000,
    log: silentLog,
    committed: (_n, entry) => entries.push(entry),
  })
  const apply = async (some: readonly Entry[]) =>
    applyPeople(store, owner, {
      groups: some.flatMap(({ groups }) => groups),
      contacts: some.flatMap((one) => one.contacts),
    })
  return {
    contacts: createContacts({ account: owner.account, state, sessionLog }),
    /** Everything that was staged, applied. */
    async settle() {
      await sessionLog.whenDurable(sessionLog.staged)
      await apply(entries)
      const docs = await store.collections.contacts.find({ account: owner.account }).toArray()
      return { docs, events: entries.flatMap(({ events }) => events), staged: sessionLog.staged }
    },
    again: () => apply(entries),
  }
}

const pn = "4915112345678@s.whatsapp.net"
const lid = "98765432101234@lid"

test("what is no news is not written", async () => {
  const { contacts, settle } = await begin()
  contacts.met({ pn, lid }, { name: "Ada" })
  const { staged } = await settle()
  contacts.met({ pn, lid }, { name: "Ada" })
  contacts.met({ pn: null, lid }, {})
  expect((await settle()).staged).toBe(staged)
})

test.each([
  ["by number, then under both names", [{ pn, lid: null }], { pn, lid }],
  ["by LID, then under both names", [{ pn: null, lid }], { pn, lid }],
  [
    "as two people who are one",
    [
      { pn, lid: null },
      { pn: null, lid },
    ],
    { pn, lid },
  ],
])("a person met %s is one document, and its identity is told once", async (_how, before, both) => {
  const { contacts, settle, again } = await begin()
  for (const person of before) contacts.met(person, { name: "Ada" })
  expect((await settle()).docs).toHaveLength(before.length)
  contacts.identified([both])
  contacts.identified([both])
  const { docs, events } = await settle()
  expect(docs).toMatchObject([{ pn, lid, name: "Ada", search: ["ada", "4915112345678"] }])
  expect(events.map(({ type, data }) => [type, data])).toEqual([["identity.updated", { person: { pn, lid } }]])
  await again()
  expect((await settle()).docs).toEqual(docs)
})

test("names of people whom the account has not met are not kept", async () => {
  const { contacts, settle } = await begin()
  contacts.identified([{ pn, lid }])
  expect((await settle()).docs).toEqual([])
})

test("another name is told; the first one, and a saved one, are not", async () => {
  const { contacts, settle } = await begin()
  contacts.met({ pn, lid }, { name: "Ada" })
  contacts.met({ pn, lid }, { savedName: "Ada L." })
  contacts.met({ pn, lid }, { verifiedName: "Engines Ltd" })
  contacts.met({ pn, lid }, { name: "Augusta", verifiedName: "Engines GmbH" })
  const { docs, events } = await settle()
  expect(docs).toMatchObject([{ name: "Augusta", savedName: "Ada L.", verifiedName: "Engines GmbH" }])
  const person = { pn, lid }
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    ["contact.update", { person, changes: { name: "Augusta", verifiedName: "Engines GmbH" } }],
  ])
})
