import { ChatServer } from "./connection/websocket-server.ts"
import { Connections } from "./connection/connections.ts"
import { createCounters } from "./connection/counters.ts"
import { MessageRouter } from "./connection/message-router.ts"
import { Pairings } from "./connection/pairings.ts"
import { Presences } from "./connection/presences.ts"
import { Refusals } from "./connection/refusals.ts"
import { ReceiptRouter } from "./connection/receipt-router.ts"
import { Directory } from "./directory/directory.ts"
import { Groups } from "./directory/groups.ts"
import { Faults } from "./faults/faults.ts"
import { loadIdentity, type SimulatorIdentity } from "./identity.ts"
import { issueServerCertificate } from "./media/certificates.ts"
import { MediaServer } from "./media/media-server.ts"
import { MediaStore } from "./media/media-store.ts"
import { createServerIdentity } from "./noise/certificate.ts"
import { People } from "./people/people.ts"
import { Polls } from "./people/polls.ts"
import { readContent } from "./people/read-content.ts"
import { Journal } from "./pocket/journal.ts"
import { createPocketPhone } from "./pocket/pocket-phone.ts"
import { ControlServer } from "./scenario/control-server.ts"
import { ReceiptLedger } from "./scenario/receipt-ledger.ts"
import { createScenario, type ScenarioParts } from "./scenario/scenario.ts"
import { silenceLibsignal } from "./signal/quiet-libsignal.ts"

export type SimulatorOptions = {
  /** Port of the WebSocket server; 0 picks a free one, here and below. */
  port?: number
  mediaPort?: number
  controlPort?: number
  host?: string
  /** The name in URLs and in the media server's certificate, where it is not `host`: behind 0.0.0.0, in a container. */
  publicHost?: string
  /** How long the server takes to accept a message. Real ones take about this long; clients behave differently below 100. */
  ackDelayMs?: number
  /** Same seed, same phone numbers, LIDs and strikes of faults that have a probability. */
  seed?: number
  /** Where the identity clients trust is kept between runs. */
  dataDir?: string
}

export type Simulator = {
  webSocketUrl: string
  controlUrl: string
  /** `https://host:port` of the media server. */
  mediaUrl: string
  /** The 32-byte key clients must trust, hex. */
  rootPublicKeyHex: string
  /** The CA of the media server, PEM. */
  mediaCaPem: string
  stop: () => Promise<void>
}

/** Starts a local WhatsApp: chat server, media server and control API. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  silenceLibsignal()
  const { host = "127.0.0.1", port = 0, mediaPort = 0, controlPort = 0 } = options
  const { publicHost = host === "0.0.0.0" ? "127.0.0.1" : host } = options
  const identity = await loadIdentity(options.dataDir)
  const parts = createParts(options)
  const certificate = await issueServerCertificate(identity.mediaCa, publicHost)
  const media = new MediaServer({ ...parts, store: parts.media, certificate })
  const chat = new ChatServer(parts, createServerIdentity(rootKeyOf(identity)))
  const control = new ControlServer(createScenario(parts), createPocketPhone(parts))
  const mediaUrl = await media.start({ host, publicHost, port: mediaPort })
  parts.media.servedAt(mediaUrl)
  return {
    mediaUrl,
    webSocketUrl: await chat.start({ host, publicHost, port }),
    controlUrl: await control.start({ host, publicHost, port: controlPort }),
    rootPublicKeyHex: identity.root.publicKeyHex,
    mediaCaPem: identity.mediaCa.cert,
    stop: async () => {
      await Promise.all([chat.stop(), media.stop(), control.stop()])
    },
  }
}

function createParts(options: SimulatorOptions): ScenarioParts {
  const seed = options.seed ?? Date.now()
  const directory = new Directory(seed)
  const groups = new Groups()
  const faults = new Faults(seed)
  const counters = createCounters()
  const media = new MediaStore()
  const messages = new MessageRouter({ directory, groups, faults })
  const receipts = new ReceiptRouter(directory)
  const polls = new Polls()
  const journal = new Journal((message, author) => readContent(message, { media, polls, author }))
  receipts.onReceipt((given) => journal.confirmed(given))
  const network = { directory, groups, faults, counters, messages, receipts, media, polls, journal }
  return {
    ...network,
    people: new People(network),
    pairings: new Pairings(counters),
    connections: new Connections(),
    presences: new Presences(),
    refusals: new Refusals(),
    ledger: new ReceiptLedger(receipts),
    mediaHost: () => media.host,
    ackDelayMs: options.ackDelayMs ?? 150,
  }
}

function rootKeyOf({ root }: SimulatorIdentity) {
  return { public: Buffer.from(root.publicKeyHex, "hex"), private: Buffer.from(root.privateKeyHex, "hex") }
}
