import type { WASocket, proto } from "@whiskeysockets/baileys"
import type { MessageView, Person } from "@wildcat/shared/contracts"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import type { Targets } from "../actions/targets.ts"
import { userOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionState } from "../log/state.ts"
import { quietLogger } from "../whatsapp/quiet-logger.ts"
import { NotSendable } from "./content.ts"
import type { Prepared } from "./content.ts"
import { prepare } from "./index.ts"
import { readMentions } from "./mentions.ts"
import { readAudience } from "./audience.ts"
import { readQuote } from "./quote.ts"

export type PreparedRow = Prepared & Pick<MessageView, "quoted" | "mentions"> & { audience: string[] | null }

export interface PrepareOptions {
  store: Store
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
  state: SessionState
  names: Names
  me(): Person
  targets: Targets
  log: Logger
}

const uploadTimeoutMs = 120_000

/** Makes the protobuf of an outbox row, its media uploaded. Throws NotSendable when trying again is useless. */
export async function prepareRow(row: OutboxDoc, socket: WASocket, options: PrepareOptions): Promise<PreparedRow> {
  await requireOnWhatsApp(row.to, socket, options)
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
  return { ...prepared, quoted: quote?.quoted ?? null, mentions: mentions?.people ?? [], audience }
}

function contextOf(
  quote: proto.IContextInfo | undefined,
  mentionedJid: string[] | undefined,
): proto.IContextInfo | null {
  if (quote === undefined && mentionedJid === undefined) return null
  return { ...quote, ...(mentionedJid === undefined ? {} : { mentionedJid }) }
}

/** A number that was never written to: WhatsApp says whether it exists. */
async function requireOnWhatsApp(to: string, socket: WASocket, { names, state }: PrepareOptions): Promise<void> {
  if (!to.endsWith("@s.whatsapp.net")) return
  const isMet = names.lidOf(userOf(to)) !== undefined || state.get("device-list", userOf(to)) !== undefined
  if (isMet) return
  const found = await socket.onWhatsApp(to)
  if (found?.[0]?.exists !== true) throw new NotSendable("not_on_whatsapp", "the number is not on WhatsApp")
}
