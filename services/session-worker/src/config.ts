import { hostname } from "node:os"
import { z } from "zod"
import { PacingDefault } from "@wildcat/shared/contracts"
import { commonConfig, wholeNumber } from "@wildcat/shared/runtime"
import type { ConfigShape } from "@wildcat/shared/runtime"

/** Settings of the session worker. */
export const config = {
  ...commonConfig,
  WORKER_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,63}$/, "must be letters, digits, - and _")
    .default(hostname().replace(/[^A-Za-z0-9_-]/g, "-"))
    .describe("Name of this worker, unique among those that run; a restarted worker takes its sessions back at once"),
  WORKER_PORT: wholeNumber(0, 65_535).default(3001).describe("Port of `/healthz` and `/readyz`"),
  PUBLIC_URL: z
    .url()
    .default("http://localhost:3000")
    .describe("Where clients reach the API: links to media start with it"),
  MEDIA_LINK_DAYS: wholeNumber(1, 365).default(7).describe("Days that the link to a media in an event opens"),
  WHATSAPP_URL: z.url().default("wss://web.whatsapp.com/ws/chat").describe("WhatsApp's server"),
  WHATSAPP_ROOT_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be 64 hex digits")
    .optional()
    .describe("Public key that the server's certificate must lead to; WhatsApp's own when absent"),
  WHATSAPP_VERSION: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, "must be like 2.3000.1043857760")
    .optional()
    .describe("Version of WhatsApp Web to present; that of the built-in client when absent"),
  BROWSER_NAME: z.string().min(1).max(30).default("Wildcat").describe("Name in the phone's list of linked devices"),
  KEEP_ALIVE_MS: wholeNumber(1_000, 300_000).default(30_000).describe("Pause between pings to WhatsApp"),
  QR_ROUNDS: wholeNumber(1, 100).default(3).describe("Connections whose QR codes may expire before the account fails"),
  QR_LIFE_MS: wholeNumber(100, 600_000)
    .optional()
    .describe("Life of each QR code; 60 s for the first and 20 s for further ones when absent, as WhatsApp Web does"),
  HEARTBEAT_LIMIT_MS: wholeNumber(500, 600_000)
    .default(10_000)
    .describe("A worker that is silent for this long loses its sessions to others"),
  ACCOUNTS_POLL_MS: wholeNumber(100, 600_000).default(5_000).describe("Pause between looks at all accounts"),
  MISSED_ASK_MS: wholeNumber(50, 3_600_000)
    .default(30_000)
    .describe(
      "Pause before a message that could not be read is asked for again; it doubles each of four times, then the message is told as undecryptable",
    ),
  DEAF_AFTER_MS: wholeNumber(500, 3_600_000)
    .default(60_000)
    .describe("How long WhatsApp may leave a sent message unanswered until the worker connects anew"),
  OUTBOX_POLL_MS: wholeNumber(100, 600_000).default(10_000).describe("Pause between looks at an account's outbox"),
  SESSIONS_MAX: wholeNumber(1, 10_000).default(200).describe("Sessions that this worker holds at most"),
  SESSIONS_OPENING_MAX: wholeNumber(1, 100)
    .default(5)
    .describe("Sessions whose state is read at a time when this worker takes them over"),
  CONNECTING_MAX: wholeNumber(1, 1_000)
    .default(20)
    .describe("Sessions that connect to WhatsApp at a time; after an outage the others follow in waves"),
  LINKING_MAX: wholeNumber(1, 100)
    .default(5)
    .describe("Of these, sessions that connect for the first time after their link, which costs the most"),
  MOVES_MAX: wholeNumber(1, 100)
    .default(2)
    .describe("Sessions that this worker hands over to others at a time, and at each look for balance"),
  WORKER_RSS_MAX_MB: wholeNumber(0, 1_000_000)
    .default(0)
    .describe(
      "Resident memory in MB beyond which this worker gives its sessions to others and ends with code 1, to be started anew; 0 for no limit",
    ),
  IN_DOUBT_RESEND_MS: wholeNumber(0, 86_400_000)
    .default(600_000)
    .describe(
      "A send that WhatsApp never confirmed is repeated under the same id up to this age, then it is `unknown`",
    ),
  PACING_DEFAULT: PacingDefault.default("on").describe(
    "`on`: accounts that say nothing else are paced like a careful person (see docs/sending.md); `off`: they send as fast as they can",
  ),
  HISTORY_DAYS: wholeNumber(0, 36_500)
    .default(30)
    .describe(
      "Messages of the phone's history that are stored at most, by age in days; 0 for none. Above 90 the phone is asked for all of its history at the link",
    ),
  COMMIT_PATIENCE_MS: wholeNumber(100, 600_000)
    .default(15_000)
    .describe("How long a commit is tried again while MongoDB fails, before the session is closed"),
} as const satisfies ConfigShape

export type Config = z.infer<z.ZodObject<typeof config>>
