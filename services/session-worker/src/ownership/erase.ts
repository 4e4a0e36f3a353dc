import type { Store } from "@wildcat/shared/store"

/** Removes everything of an account; the account itself last, so that an interrupted removal is taken up again. */
export async function eraseAccount(store: Store, account: string): Promise<void> {
  const { collections } = store
  await collections.outbox.deleteMany({ account })
  await collections.messages.deleteMany({ account })
  await store.media.deleteOfAccount(account)
  await collections.authStates.deleteMany({ account })
  await collections.sessionLog.deleteMany({ account })
  await store.models.accounts.deleteOne({ _id: account })
}
