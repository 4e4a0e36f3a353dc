import type { UserFacingSocketConfig } from "@whiskeysockets/baileys"
import type { Simulator } from "../simulator.ts"

type Dispatcher = { dispatch: (options: { origin?: unknown }, handler: unknown) => boolean }

/**
 * Request options that send what goes to WhatsApp's media host to the simulator: a history carries no URL of its own,
 * so Baileys asks mmg.whatsapp.net for it. Uses the dispatcher of Node's own fetch.
 */
export function redirectMedia(simulator: Simulator): NonNullable<UserFacingSocketConfig["options"]> {
  const fetchDispatcher = Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1")) as Dispatcher // untyped in Node
  const dispatcher: Dispatcher = {
    dispatch: (options, handler) => fetchDispatcher.dispatch({ ...options, origin: simulator.mediaUrl }, handler),
  }
  const options: RequestInit = {}
  Reflect.set(options, "dispatcher", dispatcher) // undici's own option: what types it has depends on who is asked
  return options
}
