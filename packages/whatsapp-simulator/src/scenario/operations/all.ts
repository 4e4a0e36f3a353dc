import type { z } from "zod"
import { chatOperations } from "./chats.ts"
import { groupOperations } from "./groups.ts"
import { linkingOperations } from "./linking.ts"
import { loadOperations } from "./load.ts"
import { messageOperations } from "./messages.ts"
import { observationOperations } from "./observation.ts"
import { peopleOperations } from "./people.ts"
import { profileOperations } from "./profiles.ts"

/** The control API: each operation is `POST /<name>` with a JSON body. Server and client share this table. */
export const operations = {
  ...peopleOperations,
  ...profileOperations,
  ...messageOperations,
  ...groupOperations,
  ...chatOperations,
  ...linkingOperations,
  ...observationOperations,
  ...loadOperations,
} as const

export type Operations = typeof operations
export type OperationName = keyof Operations
/** A request as the caller writes it, before defaults. */
export type OperationInput<Name extends OperationName> = z.input<Operations[Name]["request"]>
/** A request as the handler gets it. */
export type OperationRequest<Name extends OperationName> = z.output<Operations[Name]["request"]>
export type OperationResponse<Name extends OperationName> = z.infer<Operations[Name]["response"]>
