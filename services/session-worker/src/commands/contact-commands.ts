import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"
import type { CommandHandlers } from "@wildcat/shared/bus"
import { timeOf } from "../inbound/envelope.ts"
import { resolvePerson, userOf } from "../inbound/people.ts"
import type { Session } from "../session/session.ts"
import { askWhatsApp } from "./ask-whatsapp.ts"
import { fetchPicture } from "./fetch-picture.ts"

type Verb = Extract<keyof CommandHandlers, `contact.${string}`>

export function contactCommands(session: Session): Pick<CommandHandlers, Verb> {
  const { names, numbers } = session.people
  return {
    async "contact.check"({ numbers: asked }) {
      const results = await askWhatsApp(session, (socket) => numbers.check(asked, socket))
      session.people.contacts.identified(results)
      return { results }
    },
    "contact.names": ({ people }) => Promise.resolve({ people: people.map((jid) => resolvePerson(names, jid)) }),
    async "contact.picture"({ person, preview }) {
      return { picture: await fetchPicture(session, person, preview) }
    },
    async "contact.about"({ person }) {
      const answer = await askWhatsApp(session, (socket) =>
        socket.query(aboutQuery(person, socket.generateMessageTag())),
      )
      const list = getBinaryNodeChild(getBinaryNodeChild(answer, "usync"), "list")
      const about = getBinaryNodeChild(getBinaryNodeChild(list, "user"), "status")
      // 401 says that the person does not show it to the account.
      const isHidden = about === undefined || about.attrs["code"] !== undefined
      return { about: isHidden ? null : textOf(about), setAt: isHidden ? null : dateOf(about.attrs["t"]) }
    },
    async "contact.block"({ person, block }) {
      const both = await bothNames(session, person)
      const attrs = { action: block ? "block" : "unblock", jid: both.lid, ...(block ? { pn_jid: both.pn } : {}) }
      const content = [{ tag: "item", attrs }]
      await askWhatsApp(session, (socket) => socket.query(blocklistQuery("set", content)))
      return { person: both }
    },
    async "contact.save"({ person, name }) {
      const both = resolvePerson(names, person)
      const jid = both.pn ?? person
      const contact = name === null ? null : { fullName: name, firstName: name, saveOnPrimaryAddressbook: true }
      await askWhatsApp(session, (socket) =>
        session.people.appState.modify(socket, { modification: { contact }, jid }, () =>
          session.people.contacts.changeOf(both, { savedName: name }),
        ),
      )
      await session.settled()
      return {}
    },
    async "contact.blocked"() {
      const answer = await askWhatsApp(session, (socket) => socket.query(blocklistQuery("get")))
      const items = getBinaryNodeChildren(getBinaryNodeChild(answer, "list"), "item")
      return { people: items.map(({ attrs }) => resolvePerson(names, attrs["jid"], attrs["pn_jid"])) }
    },
  }
}

/** WhatsApp's blocklist names people by LID and wants the number with it. Throws `not_on_whatsapp` when one is not to be had. */
async function bothNames(session: Session, jid: string): Promise<{ pn: string; lid: string }> {
  const { names, numbers } = session.people
  const known = resolvePerson(names, jid)
  if (known.pn !== null && known.lid !== null) return { pn: known.pn, lid: known.lid }
  const found: Person | undefined =
    known.pn === null ? undefined : (await askWhatsApp(session, (socket) => numbers.check([userOf(jid)], socket)))[0]
  if (found?.pn && found.lid) return { pn: found.pn, lid: found.lid }
  throw new WildcatError("not_on_whatsapp", { detail: "WhatsApp does not say both names of this person" })
}

function blocklistQuery(type: "get" | "set", content?: BinaryNode[]): BinaryNode {
  return {
    tag: "iq",
    attrs: { to: "s.whatsapp.net", type, xmlns: "blocklist" },
    ...(content === undefined ? {} : { content }),
  }
}

function aboutQuery(jid: string, sid: string): BinaryNode {
  const content = [
    { tag: "query", attrs: {}, content: [{ tag: "status", attrs: {} }] },
    { tag: "list", attrs: {}, content: [{ tag: "user", attrs: { jid } }] },
  ]
  const attrs = { context: "interactive", mode: "query", sid, last: "true", index: "0" }
  return {
    tag: "iq",
    attrs: { to: "s.whatsapp.net", type: "get", xmlns: "usync" },
    content: [{ tag: "usync", attrs, content }],
  }
}

function textOf({ content }: BinaryNode): string {
  return typeof content === "string" ? content : content instanceof Uint8Array ? Buffer.from(content).toString() : ""
}

/** Null for what was never set. */
function dateOf(seconds: string | undefined): string | null {
  return Number(seconds) > 0 ? timeOf(seconds).toISOString() : null
}
