import type { ServerParts } from "../connection/server-parts.ts"
import { createChatHandlers } from "./handlers/chats.ts"
import { createGroupHandlers } from "./handlers/groups.ts"
import { createLinkingHandlers } from "./handlers/linking.ts"
import { createLoadHandlers } from "./handlers/load.ts"
import { createMessageHandlers } from "./handlers/messages.ts"
import { createObservationHandlers } from "./handlers/observation.ts"
import { createPeopleHandlers } from "./handlers/people.ts"
import { createProfileHandlers } from "./handlers/profiles.ts"
import type { OperationName, OperationRequest, OperationResponse } from "./operations/all.ts"
import type { ReceiptLedger } from "./receipt-ledger.ts"

export type ScenarioParts = ServerParts & { ledger: ReceiptLedger }

/** What an operation does. The signal aborts when the caller is gone. Throws Problem. */
export type OperationHandler<Name extends OperationName> = (
  request: OperationRequest<Name>,
  signal: AbortSignal,
) => Promise<OperationResponse<Name>> | OperationResponse<Name>
export type HandlersOf<Names extends OperationName> = { [Name in Names]: OperationHandler<Name> }
export type Scenario = HandlersOf<OperationName>

/** What each operation of the control API does. */
export function createScenario(parts: ScenarioParts): Scenario {
  return {
    ...createPeopleHandlers(parts),
    ...createProfileHandlers(parts),
    ...createMessageHandlers(parts),
    ...createGroupHandlers(parts),
    ...createChatHandlers(parts),
    ...createLinkingHandlers(parts),
    ...createObservationHandlers(parts),
    ...createLoadHandlers(parts),
  }
}
