import type { Store } from "@wildcat/shared/store"

/** Removes everything of an account; the account itself last, so that an interrupted removal is taken up again. */
export async function eraseAccount(store: Store, account: string): Promise<void> {
  const { collections } = store
  await collections.outbox.deleteMany({ account })
  await collections.campaignRecipients.deleteMany({ account })
  await collections.campaigns.deleteMany({ account })
  await collections.budgets.deleteOne({ _id: account })
  await collections.messages.deleteMany({ account })
  await collections.groups.deleteMany({ account })
  await collections.contacts.deleteMany({ account })
  await collections.numberChecks.deleteMany({ account })
  await collections.chats.deleteMany({ account })
  await collections.messageActions.deleteMany({ account })
  await store.media.deleteOfAccount(account)
  await collections.authStates.deleteMany({ account })
  await collections.sessionLog.deleteMany({ account })
  await store.models.accounts.deleteOne({ _id: account })
}
