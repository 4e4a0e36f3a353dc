import { randomBytes } from "node:crypto"
import { isAdmin } from "../directory/groups.ts"
import type { Picture } from "../directory/profile.ts"
import type { User } from "../directory/user.ts"
import { serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, bytesOf, child, childBytes, children, node } from "../stanza/nodes.ts"
import { changeGroupPicture } from "./group-changes.ts"
import { forbidden, type IqAnswer, type IqHandler, notFound } from "./iq-answer.ts"
import { changePicture, givePrivacyToken } from "./profile-changes.ts"
import type { Session } from "./stanza-handlers.ts"
import type { StanzaName } from "./stanza-table.ts"

type ProfileQuery = Extract<
  StanzaName,
  | `iq blocklist ${string}`
  | `iq privacy ${string}`
  | `iq disappearing_mode ${string}`
  | `iq status ${string}`
  | `iq w:profile:picture ${string}`
>

/** About, pictures, privacy and whom the account has blocked. */
export const profileQueryHandlers = {
  "iq blocklist get undefined": ({ device }) => [blocklist(device.user)],
  "iq blocklist set item": changeBlocklist,
  "iq privacy get privacy": ({ device }) => {
    const categories = [...device.user.profile.privacy].map(([name, value]) => node("category", { name, value }))
    return [node("privacy", {}, categories)]
  },
  "iq privacy set privacy": ({ device }, iq) => {
    const categories = children(child(iq, "privacy"), "category")
    for (const { attrs } of categories) device.user.profile.privacy.set(attrs["name"] ?? "", attrs["value"] ?? "")
    return [node("privacy", {}, categories)]
  },
  "iq privacy set tokens": ({ parts, device }, iq) => {
    for (const token of children(child(iq, "tokens"), "token")) {
      const to = parts.directory.user(attribute(token, "jid"))
      if (to) givePrivacyToken(device.user, to)
    }
    return []
  },
  "iq disappearing_mode set disappearing_mode": ({ device }, iq) => {
    const seconds = Number(attribute(child(iq, "disappearing_mode") ?? iq, "duration"))
    device.user.profile.disappearing = { seconds, setSeconds: nowSeconds() }
    return []
  },
  "iq status set status": ({ device }, iq) => {
    device.user.profile.about = { text: childBytes(iq, "status").toString(), setSeconds: nowSeconds() }
    return []
  },
  "iq w:profile:picture get picture": showPicture,
  "iq w:profile:picture set picture": (session, iq) => setPicture(session, iq, bytesOf(child(iq, "picture"))),
  "iq w:profile:picture set undefined": (session, iq) => setPicture(session, iq, undefined),
} satisfies Record<ProfileQuery, IqHandler>

function blocklist({ profile }: User): Stanza {
  return node(
    "list",
    {},
    [...profile.blocked].map(({ lid, pn }) => node("item", { jid: lid, pn_jid: pn })),
  )
}

/** Every client of the account learns of it. */
function changeBlocklist({ parts, device }: Session, iq: Stanza): IqAnswer {
  const item = child(iq, "item") ?? iq
  const jid = attribute(item, "jid")
  const person = parts.directory.user(jid)
  if (!person) return notFound
  const action = attribute(item, "action")
  if (action === "block") device.user.profile.blocked.add(person)
  else device.user.profile.blocked.delete(person)
  const change = node("blocklist", {}, [node("item", { jid, action })])
  for (const own of device.user.devices.values()) {
    const attributes = { type: "account_sync", from: serverAddress, id: stanzaId(), t: nowSeconds() }
    own.deliver(node("notification", attributes, [change]))
  }
  return [blocklist(device.user)]
}

function showPicture({ parts, device }: Session, iq: Stanza): IqAnswer {
  const target = attribute(iq, "target")
  const owner = parts.directory.user(target)
  if (owner?.profile.blocked.has(device.user)) return { error: 401, text: "not-authorized" }
  const picture = parts.groups.find(target)?.picture ?? owner?.profile.picture
  if (!picture) return notFound
  const { id, url, directPath } = picture
  const type = attribute(child(iq, "picture") ?? iq, "type")
  return [node("picture", { id, type, url, direct_path: directPath })]
}

/** Of the account itself, or of a group it may change. */
function setPicture({ parts, device }: Session, iq: Stanza, bytes: Buffer | undefined): IqAnswer {
  const target = attribute(iq, "target")
  const picture = bytes && storePicture(parts, bytes)
  const answer = picture ? [node("picture", { id: picture.id })] : []
  if (target === undefined) {
    changePicture(device.user, picture, parts.directory.all())
    return answer
  }
  const group = parts.groups.find(target)
  if (!group) return notFound
  if (!group.members.has(device.user) || (group.settings.locked && !isAdmin(group, device.user))) return forbidden
  changeGroupPicture(group, device.user, picture)
  return answer
}

export function storePicture({ media }: Pick<Session["parts"], "media">, bytes: Buffer): Picture {
  const id = String(randomBytes(4).readUInt32BE())
  return { id, ...media.put(`/pps/${id}.jpg`, bytes) }
}
