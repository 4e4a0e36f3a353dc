import type { Route } from "../http/route.ts"
import { chatRoutes } from "./chats/index.ts"
import { starMessage, unstarMessage } from "./messages/star-message.ts"
import { createAccount } from "./accounts/create-account.ts"
import { deleteAccount } from "./accounts/delete-account.ts"
import { getAccountMoves } from "./accounts/get-account-moves.ts"
import { getAccount } from "./accounts/get-account.ts"
import { getQr } from "./accounts/get-qr.ts"
import { listAccounts } from "./accounts/list-accounts.ts"
import { logOutAccount } from "./accounts/log-out-account.ts"
import { restartAccount } from "./accounts/restart-account.ts"
import { startAccount } from "./accounts/start-account.ts"
import { stopAccount } from "./accounts/stop-account.ts"
import { blockContact } from "./contacts/block-contact.ts"
import { checkNumbers } from "./contacts/check-numbers.ts"
import { getContactAbout } from "./contacts/get-about.ts"
import { getContact } from "./contacts/get-contact.ts"
import { getContactPicture } from "./contacts/get-picture.ts"
import { listBlocked } from "./contacts/list-blocked.ts"
import { listContacts } from "./contacts/list-contacts.ts"
import { lookUpPeople } from "./contacts/look-up-people.ts"
import { saveContact } from "./contacts/save-contact.ts"
import { unblockContact } from "./contacts/unblock-contact.ts"
import { updateAccount } from "./accounts/update-account.ts"
import { campaignRoutes } from "./campaigns/index.ts"
import { getDelivery } from "./deliveries/get-delivery.ts"
import { listDeliveries } from "./deliveries/list-deliveries.ts"
import { retryDelivery } from "./deliveries/retry-delivery.ts"
import { streamEvents } from "./events/stream-events.ts"
import {
  addParticipants,
  demoteParticipants,
  promoteParticipants,
  removeParticipants,
} from "./groups/change-members.ts"
import { createGroup } from "./groups/create-group.ts"
import { approveJoinRequests, rejectJoinRequests } from "./groups/decide-join-requests.ts"
import { deleteGroupPicture } from "./groups/delete-group-picture.ts"
import { getGroupPicture } from "./groups/get-group-picture.ts"
import { getGroup } from "./groups/get-group.ts"
import { getGroupInvite } from "./groups/get-invite.ts"
import { getInvitedGroup } from "./groups/get-invited-group.ts"
import { joinGroup } from "./groups/join-group.ts"
import { leaveGroup } from "./groups/leave-group.ts"
import { listGroups } from "./groups/list-groups.ts"
import { listJoinRequests } from "./groups/list-join-requests.ts"
import { revokeGroupInvite } from "./groups/revoke-invite.ts"
import { setGroupPicture } from "./groups/set-group-picture.ts"
import { updateGroup } from "./groups/update-group.ts"
import { createKey } from "./keys/create-key.ts"
import { listKeys } from "./keys/list-keys.ts"
import { revokeKey } from "./keys/revoke-key.ts"
import { getMedia } from "./media/get-media.ts"
import { getMediaContent } from "./media/get-media-content.ts"
import { refetchMedia } from "./media/refetch-media.ts"
import { uploadMedia } from "./media/upload-media.ts"
import { cancelMessage } from "./messages/cancel-message.ts"
import { editMessage } from "./messages/edit-message.ts"
import { getMessage } from "./messages/get-message.ts"
import { getPoll } from "./messages/get-poll.ts"
import { listMessages } from "./messages/list-messages.ts"
import { listReceipts } from "./messages/list-receipts.ts"
import { reactToMessage, takeReactionBack } from "./messages/react-to-message.ts"
import { sendMessage } from "./messages/send-message.ts"
import { setChatPresence } from "./presence/set-chat-presence.ts"
import { setPresence } from "./presence/set-presence.ts"
import { subscribePresence } from "./presence/subscribe-presence.ts"
import { deleteProfilePicture } from "./profile/delete-picture.ts"
import { getPrivacy } from "./profile/get-privacy.ts"
import { getProfile } from "./profile/get-profile.ts"
import { setProfilePicture } from "./profile/set-picture.ts"
import { updatePrivacy } from "./profile/update-privacy.ts"
import { updateProfile } from "./profile/update-profile.ts"
import { getSendingBudget } from "./sending-budget/get-sending-budget.ts"
import { getSnapshot } from "./snapshot/get-snapshot.ts"
import { createWebhook } from "./webhooks/create-webhook.ts"
import { deleteWebhook } from "./webhooks/delete-webhook.ts"
import { getWebhook } from "./webhooks/get-webhook.ts"
import { listWebhooks } from "./webhooks/list-webhooks.ts"
import { redriveDeliveries } from "./webhooks/redrive-deliveries.ts"
import { replayEvents } from "./webhooks/replay-events.ts"
import { rotateSecret } from "./webhooks/rotate-secret.ts"
import { testWebhook } from "./webhooks/test-webhook.ts"
import { updateWebhook } from "./webhooks/update-webhook.ts"
import { drainWorker } from "./workers/drain-worker.ts"
import { getWorkerAccounts } from "./workers/get-worker-accounts.ts"
import { listWorkers } from "./workers/list-workers.ts"
import { undrainWorker } from "./workers/undrain-worker.ts"

/** Every endpoint that belongs to a tenant; `service/public-routes.ts` has the others. */
export const routes: readonly Route[] = [
  createAccount,
  listAccounts,
  getAccount,
  updateAccount,
  getAccountMoves,
  startAccount,
  stopAccount,
  restartAccount,
  logOutAccount,
  deleteAccount,
  getQr,
  getSnapshot,
  sendMessage,
  listMessages,
  getMessage,
  listReceipts,
  editMessage,
  reactToMessage,
  takeReactionBack,
  getPoll,
  cancelMessage,
  getSendingBudget,
  ...campaignRoutes,
  createGroup,
  listGroups,
  getGroup,
  updateGroup,
  setGroupPicture,
  getGroupPicture,
  deleteGroupPicture,
  addParticipants,
  removeParticipants,
  promoteParticipants,
  demoteParticipants,
  getGroupInvite,
  revokeGroupInvite,
  getInvitedGroup,
  joinGroup,
  leaveGroup,
  listJoinRequests,
  approveJoinRequests,
  rejectJoinRequests,
  ...chatRoutes,
  starMessage,
  unstarMessage,
  listContacts,
  checkNumbers,
  lookUpPeople,
  getContact,
  saveContact,
  getContactPicture,
  getContactAbout,
  blockContact,
  unblockContact,
  listBlocked,
  setPresence,
  setChatPresence,
  subscribePresence,
  getProfile,
  updateProfile,
  setProfilePicture,
  deleteProfilePicture,
  getPrivacy,
  updatePrivacy,
  uploadMedia,
  getMedia,
  getMediaContent,
  refetchMedia,
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  testWebhook,
  rotateSecret,
  replayEvents,
  listDeliveries,
  getDelivery,
  retryDelivery,
  redriveDeliveries,
  streamEvents,
  listKeys,
  createKey,
  revokeKey,
  listWorkers,
  getWorkerAccounts,
  drainWorker,
  undrainWorker,
]
