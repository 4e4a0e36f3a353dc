import type { WASocket, proto } from "@whiskeysockets/baileys"
import type { MessageView, Person } from "@wildcat/shared/contracts"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import type { Targets } from "../actions/targets.ts"
import { ephemeralSecondsOf, withExpiration } from "../chats/ephemeral.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionState } from "../log/state.ts"
import type { Numbers } from "../numbers/numbers.ts"
import { quietLogger } from "../whatsapp/quiet-logger.ts"
import type { Prepared } from "./content.ts"
import { prepare } from "./index.ts"
import { readMentions } from "./mentions.ts"
import { knownAddress } from "./known-address.ts"
import { readAudience } from "./audience.ts"
import { readQuote } from "./quote.ts"

export type PreparedRow = Prepared &
  Pick<MessageView, "quoted" | "mentions"> & {
    audience: string[] | null
    /** The address under which WhatsApp knows the recipient. */
    to: string
  }

export interface PrepareOptions {
  store: Store
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
  state: SessionState
  names: Names
  numbers: Numbers
  me(): Person
  targets: Targets
  log: Logger
}

const uploadTimeoutMs = 120_000

/** Makes the protobuf of an outbox row, its media uploaded. Throws NotSendable when trying again is useless. */
export async function prepareRow(asked: OutboxDoc, socket: WASocket, options: PrepareOptions): Promise<PreparedRow> {
  const row = { ...asked, to: await knownAddress(asked.to, socket, options) }
  const quote = await readQuote(row, options.store, options.box)
  const mentions = await readMentions(row, socket, options)
  const audience = await readAudience(row, options)
  const { store, box, publicUrl, mediaLinkDays } = options
  const prepared = await prepare(row.content, {
    store,
    box,
    publicUrl,
    mediaLinkDays,
    upload: socket.waUploadToServer,
    uploadTimeoutMs,
    logger: quietLogger(options.log),
    account: row.account,
    to: row.to,
    socket,
    targets: options.targets,
    names: options.names,
    me: options.me(),
    context: contextOf(quote?.context, mentions?.jids),
  })
  const seconds = await ephemeralSecondsOf(row.to, { ...options, account: row.account })
  const message = withExpiration(prepared.message, seconds)
  return { ...prepared, message, quoted: quote?.quoted ?? null, mentions: mentions?.people ?? [], audience, to: row.to }
}

function contextOf(
  quote: proto.IContextInfo | undefined,
  mentionedJid: string[] | undefined,
): proto.IContextInfo | null {
  if (quote === undefined && mentionedJid === undefined) return null
  return { ...quote, ...(mentionedJid === undefined ? {} : { mentionedJid }) }
}
