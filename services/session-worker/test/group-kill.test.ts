import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

test("changes of a group are each told once and in order, whenever the worker is killed [P41]", async () => {
  let worker = await world.startWorker()
  const account = await world.linkAccount()
  const contact = await world.whatsapp.createContact({ name: "Ann" })
  const group = await world.whatsapp.createGroup({ subject: "0", participants: [contact.id, account.phoneId] })
  const expected: string[] = []
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 15; index += 1) {
      const subject = `${round}.${index}`
      expected.push(subject)
      await world.whatsapp.renameGroup({ groupId: group.id, by: contact.id, subject })
      // In the midst of what it handles, later with each round.
      if (index === 3 * (round + 1)) worker.kill("SIGKILL")
    }
    await worker.exited
    worker = await world.startWorker()
  }
  const told = await waitUntil("the last change is told", async () => {
    const events = await world.events("group.update", account.id)
    const subjects = events.filter(({ data }) => data.action === "changed").map(({ data }) => data.changes.subject)
    return subjects.includes(expected.at(-1)) && subjects
  })
  expect(told).toEqual(expected)
  const sequences = (await world.events(undefined, account.id)).flatMap(({ sequence }) => sequence ?? [])
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  await waitUntil("the document is up to date", async () => {
    const doc = await world.store.collections.groups.findOne({ account: account.id, jid: group.id })
    return doc?.subject === expected.at(-1)
  })
})
