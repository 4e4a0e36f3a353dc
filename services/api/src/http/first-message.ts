import type { RawData, WebSocket } from "ws"
import { z } from "zod"
import { WildcatError } from "@wildcat/shared/contracts"

const Introduction = z.strictObject({ key: z.string().max(300) })
/** How long a client may take to say who it is. */
const introductionMs = 10_000

/** The API key in the first message, `{"key": "wc_…"}`. Throws `unauthorized` for anything else, and after 10 s. */
export function firstMessage(client: WebSocket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const refuse = () =>
    reject(new WildcatError("unauthorized", { detail: 'send {"key": "<API key>"} first, within 10 s', field: "key" }))
  const limit = setTimeout(refuse, introductionMs)
  const hear = (data: RawData, binary: boolean) => {
    const key = binary || !Buffer.isBuffer(data) ? null : keyIn(data.toString())
    if (key === null) refuse()
    else resolve(key)
  }
  client.once("message", hear).once("close", refuse)
  return promise.finally(() => {
    clearTimeout(limit)
    client.off("message", hear).off("close", refuse)
  })
}

function keyIn(text: string): string | null {
  try {
    return Introduction.parse(JSON.parse(text)).key
  } catch {
    return null // neither JSON nor an introduction: the caller says so
  }
}
