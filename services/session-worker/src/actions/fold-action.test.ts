import { Binary } from "mongodb"
import { expect, test } from "vitest"
import type { Person } from "@wildcat/shared/contracts"
import type { MessageAction, MessageDoc } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { foldAction } from "./fold-action.ts"
import { pickTarget } from "./pick-target.ts"

const ann = { pn: "4922222222@s.whatsapp.net", lid: "2222222@lid" }
const ben = { pn: "4933333333@s.whatsapp.net", lid: "3333333@lid" }
const second = (n: number) => new Date(Date.UTC(2026, 10, 24, 10, 0, n))

const message = contactMessage(
  { tenant: "ten_1", account: "acc_1" },
  {
    chat: { jid: ann.pn, kind: "direct", ...ann },
    author: ann,
    timestamp: second(0),
    content: { type: "text", text: "first" },
    raw: new Binary(Buffer.from("raw")),
  },
)

type Deed = [by: Person, at: number, action: MessageAction]

function after(...deeds: Deed[]): MessageDoc {
  return deeds.reduce(
    (before, [by, at, action]) => ({ ...before, ...foldAction(before, { by, at: second(at), action }) }),
    message,
  )
}

const reacts = (emoji: string): MessageAction => ({ type: "reaction", emoji })
const votes = (...options: string[]): MessageAction => ({ type: "vote", options, sealed: null })
const edits = (words: string): MessageAction => ({ type: "edit", content: { type: "text", text: words }, mentions: [] })
const removes: MessageAction = { type: "revoke", asAdmin: false }

test("each person has one reaction and one vote: the latest, in whatever order they come", () => {
  const late: Deed = [ann, 2, reacts("🎉")]
  const early: Deed = [ann, 1, reacts("👍")]
  expect(after(late, early).reactions).toEqual([{ by: ann, at: second(2), emoji: "🎉" }])
  expect(after(early, late).reactions).toEqual([{ by: ann, at: second(2), emoji: "🎉" }])
  expect(after(early, [ben, 1, reacts("👀")]).reactions).toHaveLength(2)
  expect(after([ann, 2, votes("b")], [ann, 1, votes("a")]).votes).toMatchObject([{ options: ["b"] }])
})

test("of two in the same second the one that came last counts", () => {
  expect(after([ann, 1, reacts("👍")], [ann, 1, reacts("")]).reactions).toMatchObject([{ emoji: "" }])
  expect(after([ann, 1, edits("a")], [ann, 1, edits("b")]).content).toEqual({ type: "text", text: "b" })
})

test("a reaction of a person who is known by one name replaces that under both", () => {
  const byLid = { ...ann, pn: null }
  expect(after([ann, 1, reacts("👍")], [byLid, 2, reacts("🎉")]).reactions).toHaveLength(1)
})

test("an edit keeps what was said before; an older one than the last is no news", () => {
  const edited = after([ann, 1, edits("second")], [ann, 3, edits("third")])
  expect(edited.content).toEqual({ type: "text", text: "third" })
  expect(edited.edits).toMatchObject([{ content: { text: "first" }, at: second(0) }, { content: { text: "second" } }])
  expect(foldAction(edited, { by: ann, at: second(2), action: edits("late") })).toBeNull()
})

test("the history of edits is bounded", () => {
  const many = Array.from({ length: 50 }, (_, n): Deed => [ann, n + 1, edits(`edit ${n}`)])
  expect(after(...many).edits).toHaveLength(20)
})

test("what was removed says nothing any more and is not edited again", () => {
  const removed = after([ann, 1, edits("secret")], [ann, 2, removes], [ann, 3, edits("back")])
  expect(removed).toMatchObject({ content: { type: "revoked" }, raw: null, edits: [], revoked: { at: second(2) } })
  expect(JSON.stringify(removed)).not.toContain("secret")
})

test("ids are chosen by clients: only a message of the same chat, and of whoever edits or removes, is meant", () => {
  const about = { chat: message.chat, by: ann, target: { id: null, waId: "A", author: ann } }
  expect(pickTarget([message], { ...about, action: edits("x") })).toBe(message)
  expect(pickTarget([message], { ...about, by: ben, action: edits("x") })).toBeNull()
  expect(pickTarget([message], { ...about, by: ben, action: { type: "revoke", asAdmin: true } })).toBeNull()
  const elsewhere = { jid: ben.pn, kind: "direct" as const, ...ben }
  expect(pickTarget([message], { ...about, chat: elsewhere, action: reacts("👍") })).toBeNull()
  const twin = { ...message, _id: "msg_2", author: ben }
  expect(pickTarget([twin, message], { ...about, action: reacts("👍") })).toBe(message)
})
