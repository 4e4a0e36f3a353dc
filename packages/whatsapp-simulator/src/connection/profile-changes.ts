import { randomBytes } from "node:crypto"
import type { Picture } from "../directory/profile.ts"
import type { User } from "../directory/user.ts"
import { serverAddress } from "../stanza/addresses.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { node } from "../stanza/nodes.ts"
import { clientsOf } from "./linked-device.ts"

/** Changes (or, undefined, removes) a person's picture and tells everyone's clients. */
export function changePicture(user: User, picture: Picture | undefined, everyone: User[]): void {
  user.profile.picture = picture
  const from = user.address(user.addressing)
  const change = picture ? node("set", { id: picture.id, jid: from }) : node("delete", { jid: from })
  for (const device of everyone.flatMap(clientsOf)) {
    device.deliver(node("notification", { type: "picture", from, id: stanzaId(), t: nowSeconds() }, [change]))
  }
}

/** Changes what a person says of themselves and tells everyone's clients. */
export function changeAbout(user: User, text: string, everyone: User[]): void {
  user.profile.about = { text, setSeconds: nowSeconds() }
  const attributes = { type: "status", from: user.address(user.addressing), t: nowSeconds() }
  const change = node("set", {}, Buffer.from(text))
  for (const device of everyone.flatMap(clientsOf)) {
    device.deliver(node("notification", { ...attributes, id: stanzaId() }, [change]))
  }
}

/** Gives a person the token by which the server knows that their messages are welcome. */
export function givePrivacyToken(from: User, to: User): void {
  const bytes = randomBytes(16)
  from.profile.tokensGiven.set(to, bytes.toString("hex"))
  const token = node("token", { type: "trusted_contact", t: nowSeconds(), jid: to.lid }, bytes)
  const attributes = { type: "privacy_token", from: from.pn, sender_lid: from.lid, t: nowSeconds() }
  for (const device of clientsOf(to)) {
    device.deliver(node("notification", { ...attributes, id: stanzaId() }, [node("tokens", {}, [token])]))
  }
}

/** Tells an account's clients which number belongs to a person's LID. */
export function tellNumber(user: User, person: User): void {
  const profiles = { jid: person.lid, added_profiles: [person.pn] }
  const body = Buffer.from(JSON.stringify({ data: { xwa2_notify_linked_profiles: profiles } }))
  const update = node("update", { op_name: "NotificationLinkedProfilesUpdates" }, body)
  const attributes = { type: "mex", from: serverAddress, t: nowSeconds() }
  for (const device of clientsOf(user)) {
    device.deliver(node("notification", { ...attributes, id: stanzaId() }, [update]))
  }
}

/** Tells an account's clients until when WhatsApp lets it begin no chats; null: it may again. */
export function tellTimeLock(user: User, until: Date | null): void {
  const ends = until === null ? {} : { time_enforcement_ends: String(Math.floor(until.getTime() / 1000)) }
  const lock = { is_active: until !== null, enforcement_type: "DEFAULT", ...ends }
  const body = Buffer.from(JSON.stringify({ data: { xwa2_notify_account_reachout_timelock: lock } }))
  const update = node("update", { op_name: "NotificationUserReachoutTimelockUpdate" }, body)
  const attributes = { type: "mex", from: serverAddress, t: nowSeconds() }
  for (const device of clientsOf(user)) {
    device.deliver(node("notification", { ...attributes, id: stanzaId() }, [update]))
  }
}
