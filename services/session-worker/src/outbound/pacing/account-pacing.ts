import { pacingOf, permissionOf, sentNothing, sentOneMore } from "@wildcat/shared/contracts"
import type { Pacing, PacingDefault, PacingSituation } from "@wildcat/shared/contracts"
import { sendClasses } from "@wildcat/shared/store"
import type { AccountDoc, OutboxDoc, Store } from "@wildcat/shared/store"
import type { Names } from "../../inbound/people.ts"
import type { SessionState } from "../../log/state.ts"
import type { Verdict } from "../verdict.ts"
import { isFirstContact } from "./first-contact.ts"

export type PacingAccount = Pick<AccountDoc, "_id" | "createdAt" | "pacing" | "restriction">

/** How fast one account may write. What it has sent is part of the session's state, so the next owner goes on from there. */
export interface AccountPacing {
  /** Nothing holds a message back. */
  readonly isOff: boolean
  /** True when something is different from before. */
  configure(account: Pick<PacingAccount, "pacing" | "restriction">): boolean
  verdictOf(row: OutboxDoc, now: number): Promise<Verdict>
}

export function createAccountPacing(options: {
  account: PacingAccount
  installation: PacingDefault
  store: Store
  state: SessionState
  names: Names
}): AccountPacing {
  const { account, installation, state } = options
  let pacing: Pacing | null = null
  let restriction: AccountDoc["restriction"] = null
  let nextPutOff = 0
  let configured = ""

  const configure = (now: Pick<PacingAccount, "pacing" | "restriction">) => {
    const text = JSON.stringify([now.pacing, now.restriction])
    if (text === configured) return false
    configured = text
    pacing = pacingOf(now.pacing, installation)
    restriction = now.restriction ?? null
    nextPutOff = 0
    return true
  }
  const situationAt = (now: number): PacingSituation => ({
    pacing,
    sent: state.get("pacing", "sent") ?? sentNothing,
    accountCreatedAt: account.createdAt,
    restriction: restriction ?? null,
    now,
  })
  /** Of many that wait for the same limit each gets its own turn: they are not all looked at again at each. */
  const turnAfter = (at: number) => {
    const everyMs = 86_400_000 / (pacing?.firstContactsPerDay ?? 1_000)
    const turn = Math.max(at, nextPutOff)
    nextPutOff = turn + everyMs
    return turn
  }
  configure(account)
  return {
    get isOff() {
      return pacing === null && restriction === null
    },
    configure,
    async verdictOf(row, now) {
      const caresForNew = pacing?.firstContactsPerDay != null || restriction !== null
      const firstContact = caresForNew && (await isFirstContact(row.to, options))
      const situation = situationAt(now)
      if (row.priority !== sendClasses.reply) {
        const all = permissionOf(situation, { firstContact: false })
        if (all.reason !== null) return { do: "wait", until: all.at }
        const { at: until, reason } = permissionOf(situation, { firstContact })
        if (reason === "first_contacts") return { do: "put-off", until: turnAfter(until), reason }
        if (reason !== null) return { do: "put-off", until, reason }
      }
      if (pacing === null) return { do: "send", noting: null }
      const message = { firstContact, media: "mediaId" in row.content, random: Math.random() }
      return {
        do: "send",
        noting: (sentAt) => ({ pacing: { sent: sentOneMore(situationAt(sentAt), message) } }),
      }
    },
  }
}
