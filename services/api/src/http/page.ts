import { z } from "zod"
import { invalid } from "./parse-input.ts"

/** Query of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("How many items at most"),
  cursor: z.string().max(300).optional().describe("`nextCursor` of the page before"),
}

export interface PageRequest {
  limit: number
  cursor?: string | undefined
}

export interface Page<T> {
  items: T[]
  /** Null on the last page. */
  nextCursor: string | null
}

/** Schema of a page of `item`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe("Ask for the next page with it; null on the last page"),
  })
}

/** Where a page ends, in the order of its list: by id, or by time (milliseconds) and id. */
const Position = z.tuple([z.number().int().min(0).max(8.64e15), z.string().max(64)])
export type Position = z.infer<typeof Position>

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url")
}

/** Throws `invalid_request` naming `query.cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string | undefined): Position | null {
  if (cursor === undefined) return null
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()))
  } catch (error) {
    throw Object.assign(invalid("query.cursor", "is not a cursor of this list"), { cause: error })
  }
}

/** Cuts a page out of `limit + 1` items that were read in order. */
export function pageFrom<T>(items: readonly T[], limit: number, positionOf: (item: T) => Position): Page<T> {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return { items: page, nextCursor: last && items.length > limit ? encodeCursor(positionOf(last)) : null }
}
