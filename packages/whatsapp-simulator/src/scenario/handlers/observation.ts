import type { LinkedDevice } from "../../connection/linked-device.ts"
import { attribute } from "../../stanza/nodes.ts"
import { linkedDevicesOf, phoneOf } from "../lookup.ts"
import type { observationOperations } from "../operations/observation.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

export function createObservationHandlers(parts: ScenarioParts): HandlersOf<keyof typeof observationOperations> {
  const { faults } = parts
  return {
    counters: () => ({ ...parts.counters }),
    refusals: () => parts.refusals.list(),
    queue: ({ phoneId }) => linkedDevicesOf(phoneOf(parts, phoneId)).flatMap(describeQueue),
    setFault: (fault) => {
      faults.set(fault)
      return {}
    },
    clearFaults: () => {
      faults.clear()
      return {}
    },
    faults: () => faults.list(),
  }
}

function describeQueue(device: LinkedDevice) {
  return device.pending.list().map((stanza) => ({
    deviceId: device.id,
    tag: stanza.tag,
    id: attribute(stanza, "id") ?? "",
    from: attribute(stanza, "from") ?? "",
    type: attribute(stanza, "type"),
  }))
}
