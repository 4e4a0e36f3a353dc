import { setTimeout as pause } from "node:timers/promises"
import { drawPicture } from "@wildcat/demo"
import type { Gateway } from "./gateway.ts"
import { createRandom } from "./random.ts"
import type { Random } from "./random.ts"
import { sendUntilAnswered } from "./send.ts"
import type { Answer } from "./send.ts"
import type { ChaosAccount, ChaosContact, Town } from "./town.ts"

/** A message of a contact that WhatsApp's server took. */
export interface Inbound {
  account: string
  waId: string
  image: boolean
}

/** A request to send; its text or caption is found nowhere else. */
export interface Outbound {
  account: string
  contactId: string
  text: string
  answers: Answer[]
}

export interface Traffic {
  inbound: Inbound[]
  outbound: Outbound[]
  /** Ends the flow; resolves when every request was answered, or at `giveUp`. */
  end(giveUp: AbortSignal): Promise<void>
}

const lanesEach = 2
const [pauseMsMin, pauseMsMax] = [200, 1_200]
/** One in so many is an image; one in so many answered requests is made again, as a client does that lost the answer. */
const [imageEvery, repeatEvery] = [6, 5]

/** Contacts write to the accounts and the accounts to the contacts, until the end. */
export function startTraffic(gateway: Gateway, town: Town, seed: number): Traffic {
  const inbound: Inbound[] = []
  const outbound: Outbound[] = []
  let over = false
  let giveUp: AbortSignal | undefined
  const flow = async (random: Random, act: (n: number) => Promise<void>) => {
    for (let n = 1; !over; n += 1) {
      await act(n)
      await pause(random.between(pauseMsMin, pauseMsMax))
    }
  }
  const write = (contact: ChaosContact, random: Random) =>
    flow(random, async (n) => {
      const account = pickOf(random, town.accounts)
      const image = n % imageEvery === 0
      const waId = await writeTo(gateway, { account, contact, n, image })
      inbound.push({ account: account.id, waId, image })
    })
  const answer = (account: ChaosAccount, lane: number, random: Random) =>
    flow(random, async (n) => {
      const contact = pickOf(random, town.contacts)
      const text = `out ${account.phone} ${lane} ${n}`
      const entry: Outbound = { account: account.id, contactId: contact.id, text, answers: [] }
      outbound.push(entry)
      const request = { account: account.id, to: contact.phone, text, picture: n % imageEvery === 0 ? n : null }
      const times = n % repeatEvery === 0 ? 2 : 1
      const isGivenUp = () => giveUp?.aborted === true
      for (let time = 0; time < times; time += 1) {
        entry.answers.push(await sendUntilAnswered(gateway, { ...request, wait: n % 2 === 0, random, isGivenUp }))
      }
    })
  const flows = [
    ...town.contacts.map((contact, index) => write(contact, createRandom(seed + 1_000 + index))),
    ...town.accounts.flatMap((account, index) =>
      Array.from({ length: lanesEach }, (_, lane) =>
        answer(account, lane, createRandom(seed + 2_000 + index * lanesEach + lane)),
      ),
    ),
  ]
  const flowing = Promise.all(flows)
  flowing.catch(() => undefined) // thrown to whoever ends the traffic
  return {
    inbound,
    outbound,
    end: async (signal) => {
      over = true
      giveUp = signal
      await flowing
    },
  }
}

function pickOf<T>(random: Random, items: readonly T[]): T {
  const [first, ...rest] = items
  if (first === undefined) throw new Error("nothing to pick from")
  return random.pick([first, ...rest])
}

async function writeTo(
  { simulator }: Gateway,
  { account, contact, n, image }: { account: ChaosAccount; contact: ChaosContact; n: number; image: boolean },
): Promise<string> {
  const way = { from: contact.id, to: account.phone }
  if (!image) return (await simulator.sendText({ ...way, text: `in ${contact.phone} ${n}` })).messageId
  const bytesBase64 = drawPicture(n).toString("base64")
  return (
    await simulator.sendImage({ ...way, caption: `in ${contact.phone} ${n}`, mimetype: "image/png", bytesBase64 })
  ).messageId
}
