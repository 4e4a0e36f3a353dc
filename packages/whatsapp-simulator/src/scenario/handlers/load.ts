import { LinkedDevice } from "../../connection/linked-device.ts"
import type { User } from "../../directory/user.ts"
import { Bursts, TooMuchPrepared } from "../../load/bursts.ts"
import { asJson, provision } from "../../load/provisioning.ts"
import { describePerson, userOf } from "../lookup.ts"
import { loadOperations } from "../operations/load.ts"
import { notFound, Problem } from "../problem.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"
import { withFreeNumber } from "./people.ts"

const jsonSchema = loadOperations.provisionAccount.response.pick({ creds: true, keys: true })

export function createLoadHandlers(parts: ScenarioParts): HandlersOf<keyof typeof loadOperations> {
  const bursts = new Bursts(parts.receipts)
  return {
    provisionAccount: ({ preKeys, sink = false, ...fields }) => {
      const phone = withFreeNumber(() => parts.people.addPhone({ ...fields, history: [], isSink: sink }))
      const auth = provision(phone, { preKeys, counters: parts.counters })
      return { ...describePerson(phone.user), ...jsonSchema.parse(asJson(auth)) }
    },
    prepareBurst: async ({ from, to, each, text }) => {
      const contact = parts.people.contact(from)
      if (!contact) throw notFound("from", "contact")
      const users = to.map((name) => userOf(parts, name, "to"))
      if (!users.every(hasClient)) throw notFound("to", "account with a linked client")
      const burstId = await refuseTooMuch(() => bursts.prepare({ contact, to: users, each, text }))
      return { burstId, messages: users.length * each }
    },
    releaseBurst: async ({ burstId, timeoutMs }, signal) => {
      const result = await bursts.release(burstId, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      if (!result) throw notFound("burstId", "burst")
      return result
    },
    dropBurst: ({ burstId }) => {
      if (!bursts.drop(burstId)) throw notFound("burstId", "burst")
      return {}
    },
  }
}

function hasClient({ devices }: User): boolean {
  return [...devices.values()].some((device) => device instanceof LinkedDevice)
}

async function refuseTooMuch<T>(prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof TooMuchPrepared)) throw error
    throw new Problem({ status: 409, code: "too-many", detail: error.message, field: "each" })
  }
}
