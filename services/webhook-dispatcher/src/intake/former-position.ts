import { isApiError } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"

/** Where the durable consumer of releases before 0.2 stands, whose place the `intake` partition takes; 0 without one. */
export async function formerPosition(bus: Bus, durable: string): Promise<number> {
  try {
    return (await bus.manager.consumers.info(bus.subjects.eventsStream, durable)).ack_floor.stream_seq
  } catch (error) {
    // 10014: there is no such consumer.
    if (isApiError(error, 10014)) return 0
    throw error
  }
}
