import type { Stanza } from "../stanza/codec.ts"
import { addressingOf } from "../stanza/addresses.ts"
import { attribute, bytesOf, child, children, node } from "../stanza/nodes.ts"
import type { Directory } from "./directory.ts"
import type { User } from "./user.ts"

const protocols = new Set(["devices", "lid", "contact", "status", "disappearing_mode", "username"])

/** Answers a user query: who is registered, with which devices and LID. */
export function answerUsync(directory: Directory, iq: Stanza): Stanza[] {
  const usync = child(iq, "usync")
  const asked = children(child(usync, "query")).map(({ tag }) => tag)
  const users = children(child(usync, "list"), "user").map((user) => answerUser(directory, user, asked))
  const result = node(
    "result",
    {},
    asked.filter((tag) => protocols.has(tag)).map((tag) => node(tag)),
  )
  const attributes = { sid: attribute(usync ?? iq, "sid"), index: "0", last: "true", mode: "query" }
  return [
    node("usync", { ...attributes, context: usync && attribute(usync, "context") }, [result, node("list", {}, users)]),
  ]
}

function answerUser(directory: Directory, asked: Stanza, protocols: string[]): Stanza {
  const phone = bytesOf(child(asked, "contact")).toString().replace(/^\+/, "")
  const askedJid = attribute(asked, "jid") ?? `${phone}@s.whatsapp.net`
  const user = directory.user(askedJid)
  const answers = protocols.flatMap((protocol) => answerProtocol(protocol, user, askedJid, child(asked, "contact")))
  return node("user", { jid: askedJid }, answers)
}

function answerProtocol(
  protocol: string,
  user: User | undefined,
  askedJid: string,
  askedNumber: Stanza | undefined,
): Stanza[] {
  if (protocol === "contact") return [node("contact", { type: user ? "in" : "out" }, bytesOf(askedNumber))]
  if (!user) return []
  if (protocol === "devices") return [devicesNode(user)]
  const { about, disappearing } = user.profile
  if (protocol === "status") return [node("status", { t: about.setSeconds }, Buffer.from(about.text))]
  if (protocol === "disappearing_mode") {
    return [node("disappearing_mode", { duration: disappearing.seconds, t: disappearing.setSeconds })]
  }
  // For a LID query clients would store the answer as a pair of two LIDs.
  if (protocol === "lid" && addressingOf(askedJid) === "pn") return [node("lid", { val: user.lid })]
  return []
}

function devicesNode(user: User): Stanza {
  const devices = [...user.devices.values()].map(({ id, keyIndex }) =>
    node("device", { id, "key-index": id === 0 ? undefined : keyIndex }),
  )
  return node("devices", {}, [node("device-list", { hash: "1" }, devices)])
}
