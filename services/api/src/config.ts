import { z } from "zod"
import { PacingDefault } from "@wildcat/shared/contracts"
import { commonConfig, flag, secret, wholeNumber } from "@wildcat/shared/runtime"
import type { ConfigShape } from "@wildcat/shared/runtime"

/** A comma separated list in the environment; empty is the empty list. */
const list = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))

/** A base URL, kept without a slash at its end: paths are appended to it. */
const baseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""))

const mebibyte = 1024 * 1024

/** Settings of the API. */
export const config = {
  ...commonConfig,
  API_HOST: z.string().default("0.0.0.0").describe("Address that the API listens on"),
  API_PORT: wholeNumber(0, 65_535).default(3000).describe("Port of the API, `/healthz` and `/readyz`"),
  PUBLIC_URL: baseUrl
    .prefault("http://localhost:3000")
    .describe("Where clients reach the API; links to media start so"),
  MEDIA_INTERNAL_URL: baseUrl.prefault("http://localhost:3002").describe("Where the API reaches the media service"),
  API_KEY_PEPPER: secret(z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits (openssl rand -hex 32)")).describe(
    "Key under which API keys are hashed; changing it makes every API key invalid",
  ),
  ADMIN_API_KEY: secret(
    z.string().regex(/^wc_[0-9A-HJKMNP-TV-Z]{26}_[A-Za-z0-9_-]{32,128}$/, "must look like wc_<26 characters>_<secret>"),
  )
    .optional()
    .describe("First admin key, made at start unless it exists. Without it, one is generated; see ADMIN_API_KEY_FILE"),
  ADMIN_API_KEY_FILE: z
    .string()
    .optional()
    .describe("Where a generated first admin key is written, readable by its owner alone"),
  ALLOWED_PRIVATE_RANGES: list
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()])))
    .prefault("")
    .describe("Address ranges (CIDR, comma separated) that media and webhook URLs may lead to although not public"),
  ALLOW_HTTP_WEBHOOKS: flag(false).describe("Accept `http:` webhooks too"),
  REQUESTS_PER_MINUTE: wholeNumber(0, 10_000_000)
    .default(1_000)
    .describe("Requests that an API key may make in a minute, at all processes of the API together; 0: no limit"),
  SENDS_PER_MINUTE: wholeNumber(0, 10_000_000)
    .default(300)
    .describe("Of these, sends; what an account sends in what time is paced besides. 0: no limit"),
  ACCOUNTS_MAX: wholeNumber(1, 100_000).default(1_000).describe("Accounts that a tenant may have"),
  WEBHOOKS_MAX: wholeNumber(1, 10_000).default(100).describe("Webhooks that a tenant may have"),
  API_KEYS_MAX: wholeNumber(1, 10_000).default(1_000).describe("API keys that a tenant may have, revoked ones aside"),
  EVENT_STREAMS_MAX: wholeNumber(1, 100_000)
    .default(2_000)
    .describe("Event streams (SSE and WebSocket) that this process serves"),
  EVENT_STREAMS_EACH_MAX: wholeNumber(1, 10_000).default(100).describe("Of these, event streams of one tenant"),
  EVENT_STREAM_BYTES_MAX: wholeNumber(128 * 1024, 100 * mebibyte)
    .default(mebibyte)
    .describe("What may wait for one client of a stream, in bytes; past that it is disconnected and may resume"),
  PACING_DEFAULT: PacingDefault.default("on").describe(
    "`on`: accounts that say nothing else are paced like a careful person; `off`: they send as fast as they can. The same for API and workers",
  ),
  MEDIA_BYTES_MAX: wholeNumber(1, 2_000_000_000)
    .default(100 * mebibyte)
    .describe("Largest media that is uploaded or fetched, in bytes"),
  MEDIA_FETCH_MS: wholeNumber(100, 600_000)
    .default(30_000)
    .describe("Longest time that fetching a media from its URL may take, in milliseconds"),
  FFMPEG_PATH: z
    .string()
    .min(1)
    .default("ffmpeg")
    .describe("The program that converts sound to voice notes; without it, only Ogg with Opus is sent as one"),
  MEDIA_LINK_DAYS: wholeNumber(1, 365).default(7).describe("Days that a link to a media opens without an API key"),
  JSON_BYTES_MAX: wholeNumber(1_024, 500_000_000)
    .default(23 * mebibyte)
    .describe("Largest JSON body of a send, in bytes: base64 makes an image of 16 MiB a third longer"),
} satisfies ConfigShape

export type Config = z.infer<z.ZodObject<typeof config>>
