import { setTimeout as pause } from "node:timers/promises"
import { drawPicture } from "@wildcat/demo"
import { z } from "zod"
import type { Gateway } from "./gateway.ts"
import type { Random } from "./random.ts"

/** How a request to send ended for its client. */
export type Answer =
  | { kind: "taken"; id: string; waId: string; tries: number }
  /** A 4xx that the same request would get again. */
  | { kind: "refused"; status: number; code: string; tries: number }
  | { kind: "given up"; tries: number }

export interface SendRequest {
  account: string
  to: string
  text: string
  /** Number of the picture to send with the text as its caption; null for a text. */
  picture: number | null
  wait: boolean
  random: Random
  isGivenUp: () => boolean
}

const Message = z.object({ id: z.string(), waId: z.string() })
const Problem = z.object({ code: z.string() })
/** Shorter than the API's own wait for the server's ack: a client may be less patient than that. */
const patienceMs = 8_000
const retryPauseMs = 250
/** Statuses that a client tries again: nothing was decided. */
const undecided = new Set([408, 409, 425, 429])

/**
 * Makes the request as a careful client does: under one Idempotency-Key (the text), again after every error until there
 * is an answer, at any process of the API.
 */
export async function sendUntilAnswered(gateway: Gateway, request: SendRequest): Promise<Answer> {
  for (let tries = 1; !request.isGivenUp(); tries += 1) {
    const answer = await sendOnce(gateway, request).catch(() => null)
    if (answer !== null) return { ...answer, tries }
    await pause(retryPauseMs)
  }
  return { kind: "given up", tries: 0 }
}

type Decided = { kind: "taken"; id: string; waId: string } | { kind: "refused"; status: number; code: string }

/** Null, and any throw: try again. */
async function sendOnce({ apiUrls, apiKey }: Gateway, request: SendRequest): Promise<Decided | null> {
  const url = apiUrls[Math.floor(request.random.between(0, apiUrls.length))] ?? ""
  const response = await fetch(`${url}/v1/accounts/${request.account}/messages?wait=${request.wait}`, {
    method: "POST",
    headers: {
      "x-api-key": apiKey,
      "content-type": "application/json",
      "idempotency-key": request.text.replaceAll(" ", "-"),
    },
    body: JSON.stringify({ to: request.to, content: contentOf(request) }),
    signal: AbortSignal.timeout(patienceMs),
  })
  const body: unknown = await response.json()
  if (response.ok) return { kind: "taken", ...Message.parse(body) }
  if (response.status >= 500 || undecided.has(response.status)) return null
  return { kind: "refused", status: response.status, code: Problem.parse(body).code }
}

function contentOf({ text, picture }: SendRequest): object {
  if (picture === null) return { type: "text", text }
  const base64 = drawPicture(picture).toString("base64")
  return { type: "image", caption: text, media: { base64, mimetype: "image/png" } }
}
