import type { PossiblyExtendedCacheStore } from "@whiskeysockets/baileys"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"

/** Baileys' cache of users' devices, kept in the session's state: an empty one makes a new session with every contact. */
export function createDevicesCache(state: SessionState, log: SessionLog): PossiblyExtendedCacheStore {
  const set = (values: Record<string, unknown>) => void log.stage({ state: { devices: values } }, "lazy")
  // The cache interface lets its reader name the type; the values are what Baileys wrote.
  const get = <T>(key: string) => structuredClone(state.get("devices", key)) as T | undefined
  const drop = (keys: string[]) => set(Object.fromEntries(keys.map((key) => [key, null])))
  return {
    get,
    set: (key, value) => set({ [key]: structuredClone(value) }),
    del: (key) => drop([key]),
    flushAll: () => drop(state.entries("devices").map(([key]) => key)),
    mget: <T>(keys: string[]) => Promise.resolve(Object.fromEntries(keys.map((key) => [key, get<T>(key)]))),
    mset: (entries) => set(Object.fromEntries(entries.map(({ key, value }) => [key, structuredClone(value)]))),
    mdel: drop,
  }
}
