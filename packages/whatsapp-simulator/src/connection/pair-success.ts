import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { node } from "../stanza/nodes.ts"

/** What a client is told once a phone has vouched for it. `identity` is the phone's signature, see `signCompanion`. */
export function pairSuccess({
  user,
  deviceId,
  identity,
}: {
  user: User
  deviceId: number
  identity: Uint8Array
}): Stanza {
  return node("pair-success", {}, [
    node("device-identity", {}, identity),
    node("biz", { name: user.name }),
    node("device", { jid: user.address("pn", deviceId), lid: user.address("lid", deviceId) }),
    node("platform", { name: "android" }),
  ])
}
