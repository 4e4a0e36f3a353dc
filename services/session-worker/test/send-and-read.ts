import { shownContent } from "@wildcat/shared/contracts"
import type { OutboundContent } from "@wildcat/shared/contracts"
import type { OutboxDoc } from "@wildcat/shared/store"
import { waitUntil } from "@wildcat/testkit"
import { expect } from "vitest"
import type { Account, World } from "./world.ts"

interface Sending {
  to: string
  content: OutboundContent
  /** The contact who reads it. */
  reader: string
  extras?: Partial<OutboxDoc>
}

/** Sends it, and gives what the reader decrypted and what the event says. */
export async function sendAndRead(world: World, account: Account, { to, content, reader, extras }: Sending) {
  const { id, waId } = await world.queue(account.id, to, content, undefined, extras)
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(reader, waId)
  const event = await waitUntil("the event", async () =>
    (await world.events("message.sent")).find((each) => each.data.id === id),
  )
  expect(event.data.content).toEqual(shownContent(content))
  return { id, got, event }
}
