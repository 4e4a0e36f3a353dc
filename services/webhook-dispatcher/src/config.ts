import { z } from "zod"
import { commonConfig, flag, wholeNumber } from "@wildcat/shared/runtime"
import type { ConfigShape } from "@wildcat/shared/runtime"

/** Pauses of the first retries; after them each pause is twice the one before. */
const defaultPausesMs = "5000,10000,20000"

/** A comma separated list in the environment; empty is the empty list. */
const list = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))

/** Settings of the webhook dispatcher. */
export const config = {
  ...commonConfig,
  DISPATCHER_PORT: wholeNumber(0, 65_535).default(3003).describe("Port of `/healthz` and `/readyz`"),
  WEBHOOK_RETRY_PAUSES_MS: list
    .pipe(
      z
        .array(
          z
            .string()
            .regex(/^\d{1,9}$/, "must be milliseconds")
            .transform(Number),
        )
        .min(1)
        .max(50),
    )
    .prefault(defaultPausesMs)
    .describe(
      "Pauses before the second, third … attempt in milliseconds, comma separated; the first attempt is made at once. " +
        "Later pauses are twice the one before; all vary by ±20 %. For webhooks without a policy of their own",
    ),
  WEBHOOK_RETRY_PAUSE_MS_MAX: wholeNumber(1, 86_400_000)
    .default(14_400_000)
    .describe("Longest pause between two attempts, in milliseconds"),
  WEBHOOK_RETRY_TOTAL_MS: wholeNumber(0, 2_592_000_000)
    .default(86_400_000)
    .describe("Time after which no further attempt is made, in milliseconds"),
  WEBHOOK_ATTEMPTS_MAX: wholeNumber(1, 100).default(30).describe("Attempts of one delivery"),
  WEBHOOK_RETRY_AFTER_MAX_MS: wholeNumber(0, 86_400_000)
    .default(3_600_000)
    .describe("Longest pause that an endpoint may ask for with `Retry-After`, in milliseconds"),
  WEBHOOK_TIMEOUT_MS: wholeNumber(100, 60_000)
    .default(10_000)
    .describe("Longest time until an endpoint must have answered, in milliseconds"),
  WEBHOOK_LEASE_MARGIN_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe(
      "Time beyond WEBHOOK_TIMEOUT_MS that an attempt belongs to its process, in milliseconds; " +
        "when it ended by then without a record, another process makes the attempt again",
    ),
  WEBHOOK_CONCURRENCY: wholeNumber(1, 1_000).default(256).describe("Attempts of this process under way at once"),
  WEBHOOK_CONCURRENCY_HOST: wholeNumber(1, 1_000)
    .default(32)
    .describe("Of these, attempts to one host, over all dispatchers"),
  WEBHOOK_CONCURRENCY_EACH: wholeNumber(1, 100)
    .default(8)
    .describe("Of these, attempts to one webhook, over all dispatchers; one while its endpoint keeps failing"),
  WEBHOOK_BREAKER_PAUSE_MS: wholeNumber(0, 60_000)
    .default(1_000)
    .describe("Pause before an attempt to an endpoint that failed three times in a row, doubling up to a minute"),
  WEBHOOK_DISABLE_AFTER_MS: wholeNumber(1, 2_592_000_000)
    .default(432_000_000)
    .describe("A webhook whose attempts all failed for so long is disabled, in milliseconds"),
  DISPATCHER_BEAT_MS: wholeNumber(50, 60_000).default(1_000).describe("Pause between signs of life of this process"),
  DISPATCHER_DEAD_MS: wholeNumber(200, 600_000)
    .default(10_000)
    .describe("Others take over the work of a dispatcher without a sign of life for so long"),
  MEDIA_WAIT_MS: wholeNumber(0, 600_000)
    .default(20_000)
    .describe("Longest time that a message's delivery waits for its media to be stored, in milliseconds"),
  ALLOW_HTTP_WEBHOOKS: flag(false).describe("Call `http:` endpoints too"),
  ALLOWED_PRIVATE_RANGES: list
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()])))
    .prefault("")
    .describe("Address ranges (CIDR, comma separated) that may be called although they are not public"),
  DELIVERIES_DAYS: wholeNumber(1, 3_650)
    .default(30)
    .describe("Days that completed deliveries and their attempts are kept"),
} satisfies ConfigShape

export type Config = z.infer<z.ZodObject<typeof config>>
