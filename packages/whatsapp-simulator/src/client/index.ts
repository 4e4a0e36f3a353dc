import { z } from "zod"
import {
  type OperationName,
  type OperationInput,
  type OperationResponse,
  operations,
} from "../scenario/operations/all.ts"

export type { Fault } from "../faults/fault.ts"
export type { OperationInput, OperationResponse } from "../scenario/operations/all.ts"

/** One method per operation of the control API. */
export type SimulatorClient = {
  [Name in OperationName]: (...request: RequestArguments<Name>) => Promise<OperationResponse<Name>>
}

/** An operation that needs nothing may be called without argument. */
type RequestArguments<Name extends OperationName> =
  Record<string, never> extends OperationInput<Name>
    ? [request?: OperationInput<Name>]
    : [request: OperationInput<Name>]

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  field: z.string().optional(),
})

/** The simulator refused an operation, e.g. status 408 when what was waited for did not come. */
export class SimulatorError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined

  constructor(operation: string, problem: z.infer<typeof problemSchema>) {
    super(`${operation}: ${problem.detail}`)
    this.status = problem.status
    this.code = problem.code
    this.field = problem.field
  }
}

/** A client of the simulator's control API at `url`. Methods throw {@link SimulatorError}. */
export function createSimulatorClient({ url }: { url: string }): SimulatorClient {
  const methods = Object.keys(operations).map((name) => [name, (request: unknown) => call(url, name, request)])
  return Object.fromEntries(methods) as SimulatorClient // built from the table the type is derived from
}

async function call(url: string, name: string, request: unknown): Promise<unknown> {
  const response = await fetch(`${url}/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request ?? {}),
  })
  const body: unknown = await response.json()
  if (!response.ok) throw new SimulatorError(name, problemSchema.parse(body))
  return body
}
