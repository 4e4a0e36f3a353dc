import type { Change } from "./entry.ts"
import { mergeChanges } from "./state.ts"

type Lists = Omit<Change, "state" | "account" | "restriction">

/** Adds to `change`, which it alters, what `more` says beside it: both become true together. */
export function mergeChange(change: Change, { state, account, restriction, ...lists }: Change): void {
  if (state !== undefined) mergeChanges((change.state ??= {}), state)
  if (account !== undefined) change.account = account
  if (restriction !== undefined) change.restriction = restriction
  const target: Record<string, unknown[] | undefined> = change as Lists
  for (const [name, list] of Object.entries(lists)) target[name] = [...(target[name] ?? []), ...list]
}
