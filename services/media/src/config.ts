import { z } from "zod"
import { commonConfig, flag, wholeNumber } from "@wildcat/shared/runtime"
import type { ConfigShape } from "@wildcat/shared/runtime"

/** Settings of the media service. */
export const config = {
  ...commonConfig,
  MEDIA_HOST: z.string().default("0.0.0.0").describe("Address of the HTTP server"),
  MEDIA_PORT: wholeNumber(0, 65_535).default(3002).describe("Port of the HTTP server: bytes, `/healthz`, `/readyz`"),
  MEDIA_HOSTS: z
    .string()
    .default(".whatsapp.net")
    .transform((text) => text.split(",").map((host) => host.trim().toLowerCase()))
    .pipe(z.array(z.string().min(2)).min(1))
    .describe(
      "Hosts that media may be fetched from, comma separated. `.example.net` allows all names below it, as long as they " +
        "lead to public addresses; `host` or `host:port` allows exactly that, wherever it leads",
    ),
  MEDIA_ALLOW_HTTP: flag(false).describe("Fetch from `http:` addresses too, where a message names one; for tests"),
  MEDIA_BYTES_MAX: wholeNumber(1)
    .default(100 * 1024 * 1024)
    .describe("Largest media that is fetched, in bytes; a larger one ends as `media.failed`"),
  MEDIA_CONCURRENCY: wholeNumber(1, 64).default(4).describe("Media fetched at the same time"),
  MEDIA_FETCH_MS: wholeNumber(1_000, 3_600_000)
    .default(600_000)
    .describe("Longest time that one download may take, in milliseconds"),
  MEDIA_SILENCE_MS: wholeNumber(100, 600_000)
    .default(15_000)
    .describe("Longest silence of a media host before a download is given up and tried again, in milliseconds"),
  MEDIA_ORPHAN_HOURS: wholeNumber(1, 8_760)
    .default(24)
    .describe("Age after which bytes of an upload that never ended are removed, in hours"),
} satisfies ConfigShape

export type Config = z.infer<z.ZodObject<typeof config>>
