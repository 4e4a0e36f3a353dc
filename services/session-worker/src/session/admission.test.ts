import { initAuthCreds } from "@whiskeysockets/baileys"
import { expect, test } from "vitest"
import { createAdmission } from "./admission.ts"

const patient = new AbortController().signal
const linked = { ...initAuthCreds(), me: { id: "4915100000000@s.whatsapp.net" }, firstUnuploadedPreKeyId: 813 }
const justLinked = { ...linked, firstUnuploadedPreKeyId: 1 }

/** Sessions that want to connect, all at once; who has been let in, in order. */
function crowd(count: number, admission: ReturnType<typeof createAdmission>, creds = linked) {
  const leaves: ((() => void) | null)[] = []
  for (let n = 0; n < count; n += 1) void admission.enter(creds, patient).then((leave) => leaves.push(leave))
  return leaves
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test("sessions connect in waves: so many at a time, the next one when one is connected", async () => {
  const leaves = crowd(7, createAdmission({ connecting: 3, linking: 1 }))
  await settled()
  expect(leaves).toHaveLength(3)
  for (let connected = 1; connected <= 7; connected += 1) {
    leaves[connected - 1]?.()
    await settled()
    expect(leaves).toHaveLength(Math.min(7, 3 + connected))
  }
})

test("those that connect first after their link are fewer, and do not keep others out", async () => {
  const admission = createAdmission({ connecting: 3, linking: 1 })
  const links = crowd(3, admission, justLinked)
  await settled()
  const others = crowd(2, admission)
  await settled()
  expect([links.length, others.length]).toEqual([1, 2])
})

test("a session that is given up while it waits takes nobody's turn", async () => {
  const admission = createAdmission({ connecting: 1, linking: 1 })
  const [first] = [await admission.enter(linked, patient)]
  const stopping = new AbortController()
  const given = admission.enter(linked, stopping.signal)
  stopping.abort()
  expect(await given).toBeNull()
  const next = crowd(1, admission)
  first?.()
  await settled()
  expect(next).toHaveLength(1)
})
