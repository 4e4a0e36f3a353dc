import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"
import { personOf } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"

/**
 * Asks WhatsApp which numbers (digits) it knows, and under which names; unknown ones are not in the answer. Baileys' own
 * `onWhatsApp` drops the number that was asked about, and the LID.
 */
export async function askNumbers(socket: WASocket, numbers: readonly string[]): Promise<Map<string, Person>> {
  const answer = await socket.query(usync(numbers, socket.generateMessageTag()))
  const list = getBinaryNodeChild(getBinaryNodeChild(answer, "usync"), "list")
  return new Map(getBinaryNodeChildren(list, "user").flatMap(knownUser))
}

function usync(numbers: readonly string[], sid: string): BinaryNode {
  const users = numbers.map((number) => ({
    tag: "user",
    attrs: {},
    content: [{ tag: "contact", attrs: {}, content: `+${number}` }],
  }))
  const query = ["contact", "lid"].map((tag) => ({ tag, attrs: {} }))
  const content = [
    { tag: "query", attrs: {}, content: query },
    { tag: "list", attrs: {}, content: users },
  ]
  const attrs = { context: "interactive", mode: "query", sid, last: "true", index: "0" }
  return {
    tag: "iq",
    attrs: { to: "s.whatsapp.net", type: "get", xmlns: "usync" },
    content: [{ tag: "usync", attrs, content }],
  }
}

/** The number that was asked about stands in the answer's `contact`; where it does not, it is the person's own. */
function knownUser(user: BinaryNode): [string, Person][] {
  const contact = getBinaryNodeChild(user, "contact")
  if (contact?.attrs["type"] !== "in") return []
  const person = personOf(user.attrs["jid"], getBinaryNodeChild(user, "lid")?.attrs["val"])
  const asked = digitsOf(textOf(contact)) || digitsOf(person.pn ?? "")
  return asked === "" ? [] : [[asked, person]]
}

function digitsOf(text: string): string {
  return text.replace(/@.*$/, "").replace(/\D/g, "")
}

function textOf({ content }: BinaryNode): string {
  return typeof content === "string" ? content : content instanceof Uint8Array ? Buffer.from(content).toString() : ""
}
