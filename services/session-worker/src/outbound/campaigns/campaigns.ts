import { newId } from "@wildcat/shared/contracts"
import type { CampaignCounts, CampaignState } from "@wildcat/shared/contracts"
import type { Logger } from "@wildcat/shared/runtime"
import { countRecipients } from "@wildcat/shared/store"
import type { CampaignDoc, Store } from "@wildcat/shared/store"
import type { OutboxMark } from "../../log/entry.ts"
import type { SessionLog } from "../../log/session-log.ts"
import type { SessionState } from "../../log/state.ts"
import { createAlarm } from "../alarm.ts"
import { createCampaignGate } from "./campaign-gate.ts"
import type { CampaignGate } from "./campaign-gate.ts"
import { fillWindow, parkWindow, settleWindow } from "./campaign-window.ts"

export interface CampaignsOptions {
  account: string
  store: Store
  state: SessionState
  sessionLog: SessionLog
  pollMs: number
  /** Rows were put in the outbox, or may go again. */
  fed(): void
  log: Logger
}

/** The campaigns of one account: feeds the outbox from their recipients, a few at a time, and tells how far they are. */
export interface Campaigns {
  gate: CampaignGate
  /** Reads them anew. From then on nothing of a campaign is sent that is not running. */
  look(): Promise<void>
  /** The outbox shows these states now. */
  recorded(marks: readonly OutboxMark[]): void
  stop(): void
}

/** Progress of a running campaign is told this often at most. */
const progressMs = 5_000
/** What ended within this time is noted together. */
const settleDelayMs = 200

export function createCampaigns(options: CampaignsOptions): Campaigns {
  const { account, state, sessionLog, log } = options
  const { campaigns, ...collections } = options.store.collections
  const known = new Map<string, CampaignDoc>()
  /** Ids of messages under way. */
  const window = new Set<string>()
  const told = new Map<string, { text: string; state: CampaignState; at: number }>()
  const reading = new Set<string>()
  let lastRead: Promise<void> = Promise.resolve()
  let lastTended: Promise<void> = Promise.resolve()
  let stopped = false

  const readAll = async () => {
    const found = await campaigns.find({ account, open: true }).toArray()
    for (const campaign of found) known.set(campaign._id, campaign)
  }
  const tend = async (campaign: CampaignDoc) => {
    const underWay = await settleWindow(collections, campaign)
    const mayFeed =
      campaign.state === "running" && (campaign.startAt === null || campaign.startAt.getTime() <= Date.now())
    await parkWindow(collections, underWay, campaign.state === "paused")
    const fed = mayFeed ? await fillWindow(collections, campaign, underWay.length) : []
    for (const id of [...underWay, ...fed]) window.add(id)
    const isIdle = underWay.length + fed.length === 0
    if (!isIdle && campaign.state !== "paused") options.fed()
    const last = told.get(campaign._id)
    const dueAt = last?.state === campaign.state ? last.at + progressMs : 0
    if (isIdle || Date.now() >= dueAt) await conclude(campaign)
    else alarm.at(dueAt)
  }
  /** Counts, which reads an entry of an index for each recipient: now and then, and when nothing is under way. */
  const conclude = async (campaign: CampaignDoc) => {
    const counts = await countRecipients(collections.campaignRecipients, campaign)
    const isDone = campaign.state === "running" && counts.pending + counts.queued === 0
    if (isDone) {
      const done = { state: "completed", updatedAt: new Date() } as const
      const { modifiedCount } = await campaigns.updateOne({ _id: campaign._id, state: "running" }, { $set: done })
      if (modifiedCount === 0) return
      Object.assign(campaign, done)
    }
    tell(campaign, counts)
    const isOver = campaign.state !== "running" && campaign.state !== "paused"
    if (!isOver || counts.queued > 0) return
    await campaigns.updateOne({ _id: campaign._id, state: campaign.state }, { $set: { open: false } })
    known.delete(campaign._id)
    told.delete(campaign._id)
    if (state.get("campaign", campaign._id)) sessionLog.stage({ state: { campaign: { [campaign._id]: null } } }, "lazy")
  }
  const tell = ({ _id, state: now }: CampaignDoc, counts: CampaignCounts) => {
    const text = JSON.stringify([now, counts])
    if (told.get(_id)?.text === text) return
    told.set(_id, { text, state: now, at: Date.now() })
    const at = new Date().toISOString()
    const data = { campaign: _id, state: now, counts, at }
    sessionLog.stage({ events: [{ id: newId("event"), type: "campaign.progress", time: at, data }] })
  }
  const tendAll = async () => {
    for (const campaign of Array.from(known.values())) {
      if (stopped || sessionLog.isDead) return
      await tend(campaign)
    }
  }
  /** One after the other: an answer from before a change must not come after that with the change. */
  const look = (): Promise<void> => {
    const read = lastRead.then(readAll)
    lastRead = read.catch(() => undefined)
    const tended = Promise.all([read, lastTended]).then(tendAll)
    lastTended = tended.catch((error: unknown) => log.warn({ error }, "campaigns.interrupted"))
    return read
  }
  const lookSoon = () => {
    if (!stopped) look().catch((error: unknown) => log.warn({ error }, "campaigns.not_read"))
  }
  const alarm = createAlarm(lookSoon)
  const poll = setInterval(lookSoon, options.pollMs)
  lookSoon()

  return {
    gate: createCampaignGate({
      state,
      campaign: (id) => known.get(id),
      unknown(id) {
        if (reading.has(id)) return
        reading.add(id)
        readOne(id)
          .catch((error: unknown) => log.warn({ error }, "campaign.not_read"))
          .finally(() => reading.delete(id))
      },
    }),
    look,
    recorded(marks) {
      for (const { id, status } of marks)
        if (status !== "sending" && window.delete(id)) alarm.at(Date.now() + settleDelayMs)
    },
    stop() {
      stopped = true
      clearInterval(poll)
      alarm.stop()
    },
  }

  async function readOne(id: string): Promise<void> {
    const campaign = await campaigns.findOne({ _id: id, account })
    if (campaign === null) return
    known.set(id, campaign)
    options.fed()
  }
}
