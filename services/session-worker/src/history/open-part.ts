import { promisify } from "node:util"
import { inflate } from "node:zlib"
import type { WASocket, proto } from "@whiskeysockets/baileys"
import { fetchBlob } from "../app-state/blob.ts"
import { readParts } from "./read-parts.ts"
import type { HistoryPart } from "./read-parts.ts"

/** The phone sends the history in many parts; larger ones than this are not its. */
const partBytesMax = 32 * 1024 * 1024
const inflatedBytesMax = 128 * 1024 * 1024

const inflated = promisify(inflate)

/** A part of the history, from its announcement or the file that it names. Throws when it cannot be had (now). */
export async function openPart(
  { initialHistBootstrapInlinePayload: inline, ...file }: proto.Message.IHistorySyncNotification,
  socket: WASocket,
): Promise<HistoryPart> {
  const packed = inline?.length ? inline : await download(file, socket)
  return readParts(await inflated(packed, { maxOutputLength: inflatedBytesMax }))
}

async function download(file: proto.Message.IHistorySyncNotification, socket: WASocket): Promise<Buffer> {
  const { hosts } = await socket.refreshMediaConn(false)
  const host = hosts[0]?.hostname ?? "mmg.whatsapp.net"
  return fetchBlob(file, { host, kind: "History", bytesMax: partBytesMax })
}
