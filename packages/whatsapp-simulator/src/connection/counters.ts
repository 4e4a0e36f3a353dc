import { z } from "zod"

/** What has happened since the start, for a test to compare with what a client believes. */
export const countersSchema = z.object({
  connections: z.number(),
  pairings: z.number(),
  logins: z.number(),
  loginsRefused: z.number(),
  logouts: z.number(),
  messagesFromClients: z.number(),
  messagesToClients: z.number(),
  receiptsFromClients: z.number(),
  /** Messages a simulated device could not decrypt. */
  decryptErrors: z.number(),
  /** Retry receipts clients have sent. */
  retriesRequested: z.number(),
  /** Retry receipts simulated devices have sent. */
  retriesByContacts: z.number(),
  /** Negative acks of messages clients have sent. */
  messagesRefused: z.number(),
  /** Signatures that did not verify in what clients sent. */
  forgeries: z.number(),
  /** Forged pairings a client has confirmed: a strict one never does. */
  forgeriesAccepted: z.number(),
  /** Work of simulated devices that failed otherwise: a defect of the simulator, or a key a client published wrongly. */
  deviceErrors: z.number(),
  /** Stanzas for a client whose queue was full. */
  stanzasDropped: z.number(),
  /** Stanzas of clients that do not look as the table of stanzas says; such messages are refused with 479. */
  malformedStanzas: z.number(),
  /** Stanzas of clients that are not in the table of stanzas. */
  unknownStanzas: z.number(),
  /** Stanzas that came on a connection after its device had logged in on another one: they are not accepted. */
  stanzasAfterReplacement: z.number(),
  /** Pings by which clients keep their connections alive. */
  keepAlives: z.number(),
  /** Messages of clients that carried the privacy token their recipient had given. */
  privacyTokens: z.number(),
  /** Patches of the app state by clients, every MAC of which was right. */
  appStatePatches: z.number(),
  bundlesHandedOut: z.number(),
  mediaUploads: z.number(),
  mediaDownloads: z.number(),
})

export type Counters = z.infer<typeof countersSchema>

export function createCounters(): Counters {
  return {
    connections: 0,
    pairings: 0,
    logins: 0,
    loginsRefused: 0,
    logouts: 0,
    messagesFromClients: 0,
    messagesToClients: 0,
    receiptsFromClients: 0,
    decryptErrors: 0,
    retriesRequested: 0,
    retriesByContacts: 0,
    messagesRefused: 0,
    forgeries: 0,
    forgeriesAccepted: 0,
    deviceErrors: 0,
    stanzasDropped: 0,
    malformedStanzas: 0,
    unknownStanzas: 0,
    stanzasAfterReplacement: 0,
    keepAlives: 0,
    privacyTokens: 0,
    appStatePatches: 0,
    bundlesHandedOut: 0,
    mediaUploads: 0,
    mediaDownloads: 0,
  }
}
