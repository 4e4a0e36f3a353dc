import { expect, test } from "vitest"
import { node } from "../stanza/nodes.ts"
import { PendingStanzas } from "./pending-stanzas.ts"

const from = "1@lid"

test("stanzas wait in order until they are acknowledged", () => {
  const pending = new PendingStanzas()
  const messages = ["A", "B", "C"].map((id) => node("message", { id, from, type: "text" }))
  for (const message of messages) pending.add(message)
  pending.settleByReceipt(node("receipt", { id: "B", to: from, type: "inactive" }))
  expect(pending.list()).toEqual([messages[0], messages[2]])
  pending.settleByReceipt(node("receipt", { id: "A", to: from }, [node("list", {}, [node("item", { id: "C" })])]))
  expect(pending.list()).toEqual([])
})

test("an ack ends one receipt, not another of the same message", () => {
  const pending = new PendingStanzas()
  const delivered = node("receipt", { id: "A", from })
  const read = node("receipt", { id: "A", from, type: "read" })
  pending.add(delivered)
  pending.add(read)
  pending.settleByAck(node("ack", { class: "receipt", id: "A", to: from }))
  expect(pending.list()).toEqual([read])
  pending.settleByAck(node("ack", { class: "receipt", id: "A", to: from, type: "read" }))
  expect(pending.list()).toEqual([])
})

test("a request to send again does not end a message, its refusal does", () => {
  const pending = new PendingStanzas()
  const message = node("message", { id: "A", from, type: "text" })
  pending.add(message)
  pending.settleByReceipt(node("receipt", { id: "A", to: from, type: "retry" }))
  expect(pending.list()).toEqual([message])
  pending.settleByAck(node("ack", { class: "message", id: "A", to: from, type: "text", error: 500 }))
  expect(pending.list()).toEqual([])
})

test("a refusal ends the message it answers, not the one that was sent again meanwhile", () => {
  const pending = new PendingStanzas()
  const message = (count?: string) =>
    node("message", { id: "A", from, type: "text" }, [node("enc", { v: "2", type: "pkmsg", count })])
  pending.add(message())
  pending.add(message("1"))
  pending.settleByAck(node("ack", { class: "message", id: "A", to: from, type: "text", error: 500 }))
  expect(pending.list()).toEqual([message("1")])
})
