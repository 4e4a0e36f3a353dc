import type { ChatOwner } from "./apply-chats.ts"
import { createShelf } from "./shelf.ts"
import type { Shelf } from "./shelf.ts"

/** The chats that were written last: with the next message of one of them, MongoDB need not be asked. */
export interface KeptChats {
  /** Takes the shelf out: whoever fails to write it does not put it back, and the next one reads anew. */
  take(): Shelf
  /** Everything on the shelf has been written. */
  put(shelf: Shelf): void
  /** Somebody else has changed chats. */
  forget(): void
}

/** Names, of which a person has two; with more, all are forgotten. */
const namesMax = 2_000

export function createKeptChats(owner: ChatOwner): KeptChats {
  let kept: Shelf | null = null
  return {
    take() {
      const shelf = kept ?? createShelf(owner)
      kept = null
      return shelf
    },
    put(shelf) {
      shelf.settled()
      kept = shelf.size > namesMax ? null : shelf
    },
    forget: () => (kept = null),
  }
}
