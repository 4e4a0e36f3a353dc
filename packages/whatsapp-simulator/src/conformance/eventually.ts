import { vi } from "vitest"

/** Waits until the expectations hold; long enough for a busy machine. */
export function eventually<T>(expectations: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectations, { timeout: 15_000, interval: 20 })
}
