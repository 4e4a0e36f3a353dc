import type { Counters } from "../connection/counters.ts"
import type { MessageRouter } from "../connection/message-router.ts"
import type { ReceiptRouter } from "../connection/receipt-router.ts"
import type { Directory } from "../directory/directory.ts"
import type { Groups } from "../directory/groups.ts"
import type { Faults } from "../faults/faults.ts"
import type { MediaStore } from "../media/media-store.ts"
import type { Polls } from "./polls.ts"
import type { Journal } from "../pocket/journal.ts"

/** What a simulated device reaches of the server. */
export type Network = {
  directory: Directory
  groups: Groups
  messages: MessageRouter
  receipts: ReceiptRouter
  faults: Faults
  counters: Counters
  media: MediaStore
  polls: Polls
  /** What the pocket phone in the browser shows. */
  journal: Journal
}
