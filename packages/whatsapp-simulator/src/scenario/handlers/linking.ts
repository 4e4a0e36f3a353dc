import type { PairingOutcome } from "../../connection/candidate.ts"
import { endConnections, removeDevices } from "../disconnections.ts"
import { linkedDevicesOf, phoneOf } from "../lookup.ts"
import type { linkingOperations } from "../operations/linking.ts"
import { notFound, Problem } from "../problem.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createLinkingHandlers(parts: ScenarioParts): HandlersOf<keyof typeof linkingOperations> {
  const devicesOf = (phoneId: string) => linkedDevicesOf(phoneOf(parts, phoneId))
  return {
    scanQr: async ({ phoneId, qr }) => linked(await parts.pairings.scan(phoneOf(parts, phoneId), qr), "qr"),
    enterPairingCode: async ({ phoneId, code }) =>
      linked(await parts.pairings.enterCode(phoneOf(parts, phoneId), code), "code"),
    logoutFromPhone: ({ phoneId, deviceId }) => {
      const devices = devicesOf(phoneId).filter(({ id }) => deviceId === undefined || id === deviceId)
      if (deviceId !== undefined && devices.length === 0) throw notFound("deviceId", "linked device")
      removeDevices(parts, devices)
      return {}
    },
    disconnect: ({ phoneId, how }) => ({ connections: endConnections(parts, devicesOf(phoneId), how) }),
    dropPreKeys: ({ phoneId }) => {
      for (const device of devicesOf(phoneId)) {
        device.keys.clearPreKeys()
        device.tellOfLowKeys()
      }
      return {}
    },
  }
}

function linked(outcome: PairingOutcome, field: string) {
  if ("refusal" in outcome) {
    throw new Problem({ status: 409, code: "not-linked", detail: outcome.refusal, field })
  }
  const { user, id } = outcome.device
  return { deviceId: id, jid: user.address("pn", id) }
}
