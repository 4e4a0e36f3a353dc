import { drawPicture } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

let stage: LinkedStage
beforeAll(async () => {
  stage = await linkStage()
})
afterAll(() => stage.stop())

const anything = z.looseObject({})
const Items = z.object({ items: z.array(anything), nextCursor: z.string().nullable() })
const path = (rest: string) => `/v1/accounts/${stage.account}/${rest}`

test("the contacts of an account are listed and found by name once somebody has written [P38 P40]", async () => {
  const { api, simulator, phone } = stage
  const bea = await simulator.createContact({ name: "Bea Brook" })
  await simulator.sendText({ from: bea.id, to: phone, text: "hello" })
  const names = { pn: bea.pn, lid: bea.lid }
  await waitUntil("she is listed", async () => {
    const { items } = await api.get(path("contacts?search=brook"), Items)
    return items.length === 1 && items[0]?.["pn"] === bea.pn
  })
  expect(await api.get(path(`contacts/${bea.lid}`), anything)).toMatchObject({
    ...names,
    name: "Bea Brook",
    known: true,
  })
  expect(await api.get(path(`contacts/${bea.phone}`), anything)).toMatchObject(names)
  const check = await api.post(path("contacts/check"), { numbers: [`+${bea.phone}`] }, anything)
  expect(check).toEqual({ results: [{ number: bea.phone, exists: true, ...names }] })
})

test("a group is created, listed, changed and told to webhooks, as WhatsApp has it [P41]", async () => {
  const { api, simulator, contact, phone } = stage
  const Made = z.object({ group: z.looseObject({ id: z.string() }) })
  const { group } = await api.post(path("groups"), { subject: "Friday", people: [`+${contact.phone}`] }, Made)
  const { items } = await api.get(path("groups"), Items)
  expect(items).toMatchObject([{ id: group.id, subject: "Friday", size: 2, role: "superadmin" }])
  await api.post(path(`groups/${group.id}/participants/promote`), { people: [contact.phone] }, anything)
  const truth = (await simulator.groups()).find(({ id }) => id === group.id)
  expect(truth?.admins).toEqual([`${phone}@s.whatsapp.net`, `${contact.phone}@s.whatsapp.net`])
  const told = await stage.receiver.waitFor(({ body }) => body.includes('"action":"promote"'))
  expect(JSON.parse(told.body.toString())).toMatchObject({
    type: "group.participants",
    data: {
      chat: { jid: group.id },
      by: { pn: `${phone}@s.whatsapp.net` },
      people: [{ pn: `${contact.phone}@s.whatsapp.net` }],
    },
  })
  const shown = await api.get(path(`groups/${group.id}`), z.looseObject({ participants: z.array(anything) }))
  expect(shown.participants.map(({ pn, role }) => [pn, role])).toEqual([
    [`${phone}@s.whatsapp.net`, "superadmin"],
    [`${contact.phone}@s.whatsapp.net`, "admin"],
  ])
})

test("a picture of any form becomes the profile's, as the square that WhatsApp shows [P47]", async () => {
  const { simulator, phone } = stage
  const picture = drawPicture(7)
  const response = await stage.fetch(path("profile/picture"), {
    method: "PUT",
    headers: { "content-type": "image/png" },
    body: new Uint8Array(picture),
  })
  expect(response.status).toBe(204)
  const { pictureBase64 } = await simulator.profile({ person: phone })
  expect(jpegSize(Buffer.from(pictureBase64 ?? "", "base64"))).toEqual({ width: 640, height: 640 })
})

/** What the frame header of a JPEG says: marker C0, length, precision, height, width. */
function jpegSize(bytes: Buffer) {
  const at = bytes.indexOf(Buffer.of(0xff, 0xc0))
  return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
}
