import { proto } from "@whiskeysockets/baileys"
import { Binary } from "mongodb"
import type { MessageView, Person } from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import type { StagedAction } from "../actions/staged-action.ts"
import { chatOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { Change } from "../log/entry.ts"
import type { SessionState, Unconfirmed } from "../log/state.ts"
import type { PreparedRow } from "./prepare-row.ts"
import { sendingStep } from "./settle.ts"
import { isStranger } from "./stranger.ts"

/** The change by which a send enters the log: from then on it is sent under this id with these bytes, or not at all. */
export function sendChange(
  row: OutboxDoc,
  prepared: PreparedRow,
  context: { names: Names; me(): Person; box: SecretBox; state: SessionState },
): { sent: Unconfirmed; change: Change } {
  const message = Buffer.from(proto.Message.encode(proto.Message.fromObject(prepared.message)).finish())
  const view = viewOf(row, prepared, context)
  const { audience } = prepared
  const sent: Unconfirmed = {
    id: row._id,
    to: row.to,
    message,
    view,
    at: Date.now(),
    ...(isStranger(row.to, context) ? { stranger: true as const } : {}),
    ...(audience === null ? {} : { audience }),
    ...(prepared.done === undefined
      ? {}
      : { action: actionOf(row, view, { done: prepared.done, message, ...context }) }),
  }
  return {
    sent,
    change: {
      state: { unconfirmed: { [row.waId]: sent } },
      ...(sent.action === undefined ? { messages: [rowOf(sent, row, context.box)] } : {}),
      outbox: [{ id: row._id, status: "sending", error: null }],
    },
  }
}

/** What it does to another message comes true only when WhatsApp's server has it. */
function actionOf(
  { _id, tenant, account }: OutboxDoc,
  { waId, chat, author: by, source, timestamp }: MessageView,
  { done, message, box }: { done: NonNullable<PreparedRow["done"]>; message: Uint8Array; box: SecretBox },
): StagedAction {
  const who = { chat, by, fromMe: true, source, at: new Date(timestamp) }
  return { _id, tenant, account, waId, ...who, ...done, raw: box.seal(message, `message:${_id}`) }
}

function viewOf(row: OutboxDoc, prepared: PreparedRow, context: { names: Names; me(): Person }): MessageView {
  return {
    id: row._id,
    waId: row.waId,
    chat: chatOf(context.names, row.to),
    author: context.me(),
    authorName: null,
    fromMe: true,
    source: "api",
    timestamp: new Date().toISOString(),
    content: prepared.content,
    media: prepared.media,
    quoted: prepared.quoted,
    mentions: prepared.mentions,
  }
}

function rowOf(sent: Unconfirmed, { tenant, account }: OutboxDoc, box: SecretBox): MessageDoc {
  const { id, ...view } = sent.view
  return {
    _id: id,
    tenant,
    account,
    ...view,
    timestamp: new Date(view.timestamp),
    media: view.media === null ? null : { ...view.media, status: "stored", error: null },
    status: "sending",
    timeline: [sendingStep(sent.view)],
    error: null,
    raw: new Binary(box.seal(sent.message, `message:${id}`)),
    createdAt: new Date(),
  }
}
