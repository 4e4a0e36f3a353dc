import type { Stanza } from "../stanza/codec.ts"
import type { Session } from "./stanza-handlers.ts"

/** The children of the result, or why there is none. */
export type IqAnswer = Stanza[] | { error: number; text: string }
export type IqHandler = (session: Session, iq: Stanza) => IqAnswer

export const forbidden = { error: 403, text: "forbidden" }
export const notFound = { error: 404, text: "item-not-found" }
export const malformed = { error: 400, text: "bad-request" }
export const unknown = { error: 501, text: "feature-not-implemented" }
