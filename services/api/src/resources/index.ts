import type { Route } from "../http/route.ts"
import { createAccount } from "./accounts/create-account.ts"
import { deleteAccount } from "./accounts/delete-account.ts"
import { getAccount } from "./accounts/get-account.ts"
import { getQr } from "./accounts/get-qr.ts"
import { listAccounts } from "./accounts/list-accounts.ts"
import { logOutAccount } from "./accounts/log-out-account.ts"
import { restartAccount } from "./accounts/restart-account.ts"
import { startAccount } from "./accounts/start-account.ts"
import { stopAccount } from "./accounts/stop-account.ts"
import { getDelivery } from "./deliveries/get-delivery.ts"
import { listDeliveries } from "./deliveries/list-deliveries.ts"
import { retryDelivery } from "./deliveries/retry-delivery.ts"
import { streamEvents } from "./events/stream-events.ts"
import { createKey } from "./keys/create-key.ts"
import { listKeys } from "./keys/list-keys.ts"
import { revokeKey } from "./keys/revoke-key.ts"
import { getMedia } from "./media/get-media.ts"
import { getMediaContent } from "./media/get-media-content.ts"
import { uploadMedia } from "./media/upload-media.ts"
import { getMessage } from "./messages/get-message.ts"
import { listMessages } from "./messages/list-messages.ts"
import { sendMessage } from "./messages/send-message.ts"
import { createWebhook } from "./webhooks/create-webhook.ts"
import { deleteWebhook } from "./webhooks/delete-webhook.ts"
import { getWebhook } from "./webhooks/get-webhook.ts"
import { listWebhooks } from "./webhooks/list-webhooks.ts"
import { redriveDeliveries } from "./webhooks/redrive-deliveries.ts"
import { replayEvents } from "./webhooks/replay-events.ts"
import { rotateSecret } from "./webhooks/rotate-secret.ts"
import { testWebhook } from "./webhooks/test-webhook.ts"
import { updateWebhook } from "./webhooks/update-webhook.ts"

/** Every endpoint that belongs to a tenant; `service/public-routes.ts` has the others. */
export const routes: readonly Route[] = [
  createAccount,
  listAccounts,
  getAccount,
  startAccount,
  stopAccount,
  restartAccount,
  logOutAccount,
  deleteAccount,
  getQr,
  sendMessage,
  listMessages,
  getMessage,
  uploadMedia,
  getMedia,
  getMediaContent,
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
]
