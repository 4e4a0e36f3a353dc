import { z } from "zod"
import { countersSchema } from "../../connection/counters.ts"
import { faultSchema } from "../../faults/fault.ts"
import { nothingSchema, type OperationTable } from "./shapes.ts"

const pendingStanzaSchema = z.object({
  deviceId: z.number().int(),
  tag: z.string(),
  id: z.string(),
  from: z.string(),
  type: z.string().optional(),
})

export const observationOperations = {
  counters: { request: nothingSchema, response: countersSchema },
  /** Why stanzas of clients were refused: the first hundred, by name and place. */
  refusals: { request: nothingSchema, response: z.array(z.string()) },
  /** What the account's devices have not acknowledged, in order. */
  queue: { request: z.object({ phoneId: z.string() }), response: z.array(pendingStanzaSchema) },
  setFault: { request: faultSchema, response: nothingSchema },
  clearFaults: { request: nothingSchema, response: nothingSchema },
  faults: { request: nothingSchema, response: z.array(faultSchema) },
} as const satisfies OperationTable
