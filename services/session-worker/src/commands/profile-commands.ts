import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandReply, PrivacySetting, PrivacyView } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import type { Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"
import { contactCommands } from "./contact-commands.ts"
import { fetchPicture } from "./fetch-picture.ts"
import { readPictureFile } from "./picture-file.ts"

type Verb = Extract<keyof CommandHandlers, `profile.${string}` | `privacy.${string}`>

export function profileCommands(session: Session, store: Store): Pick<CommandHandlers, Verb> {
  return {
    "profile.get": () => readProfile(session),
    async "profile.set"({ name, about }) {
      if (name !== undefined) await askWhatsApp(session, (socket) => rename(session, socket, name))
      if (about !== undefined) await askWhatsApp(session, (socket) => socket.updateProfileStatus(about))
      return {}
    },
    async "profile.picture"({ media }) {
      const content =
        media === null
          ? []
          : [{ tag: "picture", attrs: { type: "image" }, content: await readPictureFile(store, media) }]
      const attrs = { to: "s.whatsapp.net", type: "set", xmlns: "w:profile:picture" }
      await askWhatsApp(session, (socket) => socket.query({ tag: "iq", attrs, content }))
      return {}
    },
    "privacy.get": () => readPrivacy(session),
    async "privacy.set"({ set }) {
      for (const setting of Object.keys(set) as PrivacySetting[]) {
        const value = set[setting]
        if (value === undefined) continue
        const category = { tag: "category", attrs: { name: wireNames[setting], value } }
        await askWhatsApp(session, (socket) => socket.query(privacyQuery("set", [category])))
      }
      return readPrivacy(session)
    },
  }
}

/** WhatsApp's names of the settings. */
const wireNames = {
  lastSeen: "last",
  online: "online",
  picture: "profile",
  about: "status",
  readReceipts: "readreceipts",
  groupAdd: "groupadd",
  calls: "calladd",
  messages: "messages",
} as const satisfies Record<PrivacySetting, string>

async function readPrivacy(session: Session): Promise<PrivacyView> {
  const answer = await askWhatsApp(session, (socket) => socket.query(privacyQuery("get", [])))
  const categories = getBinaryNodeChildren(getBinaryNodeChild(answer, "privacy"), "category")
  const values = new Map(categories.map(({ attrs }) => [attrs["name"], attrs["value"]]))
  const of = (setting: PrivacySetting) => values.get(wireNames[setting]) ?? null
  return {
    lastSeen: of("lastSeen"),
    online: of("online"),
    picture: of("picture"),
    about: of("about"),
    readReceipts: of("readReceipts"),
    groupAdd: of("groupAdd"),
    calls: of("calls"),
    messages: of("messages"),
  }
}

function privacyQuery(type: "get" | "set", categories: BinaryNode[]): BinaryNode {
  const privacy = { tag: "privacy", attrs: {}, ...(categories.length > 0 ? { content: categories } : {}) }
  return { tag: "iq", attrs: { to: "s.whatsapp.net", type, xmlns: "privacy" }, content: [privacy] }
}

async function readProfile(session: Session): Promise<CommandReply<"profile.get">> {
  const me = session.people.me()
  const jid = me.pn ?? me.lid
  if (jid === null) throw new WildcatError("account_not_linked")
  const [about, picture] = await Promise.all([
    contactCommands(session)["contact.about"]({ person: jid }),
    fetchPicture(session, jid, false),
  ])
  return { me, name: session.online().socket.authState.creds.me?.name ?? null, about: about.about, picture }
}

/** The name is part of the app state; others see it with the next presence, which Baileys sends when it learns of it. */
async function rename(session: Session, socket: WASocket, name: string): Promise<void> {
  const { me } = socket.authState.creds
  if (me === undefined) throw new WildcatError("account_not_linked")
  await session.people.appState.modify(socket, { modification: { pushNameSetting: name }, jid: "" }, () => ({}))
  socket.ev.emit("creds.update", { me: { ...me, name } })
}
