import type { proto } from "@whiskeysockets/baileys"
import { PublishedKeys } from "../directory/published-keys.ts"
import type { Phone } from "../people/phone.ts"
import type { LinkCodeExchange } from "../signal/link-code.ts"
import { readBigEndian } from "../stanza/nodes.ts"
import type { ClientConnection } from "./client-connection.ts"
import type { LinkedDevice } from "./linked-device.ts"

export type PairingOutcome = { device: LinkedDevice } | { refusal: string }
type Done = (outcome: PairingOutcome) => void

/** A client that waits to be linked. */
export type Candidate = {
  connection: ClientConnection
  noiseStaticKey: Buffer
  keys: PublishedKeys
  /** Set once the client has asked to be linked by code. */
  hello?: { phoneNumber: string; wrappedEphemeral: Buffer; reference: string }
  /** Set while the phone and the client prove to each other that they know the code. */
  exchange?: { phone: Phone; code: LinkCodeExchange; done: Done }
  /** Set once a phone has vouched, until the client confirms or leaves. */
  vouched?: { phone: Phone; deviceId: number; isForged: boolean; stanzaId: string; done: Done }
}

/** @throws Error when the registration is incomplete or its signed pre-key is not signed by its identity. */
export function readRegistration(payload: proto.ClientPayload): PublishedKeys {
  const data = payload.devicePairingData
  const bytes = (field: Uint8Array | null | undefined) => Buffer.from(field ?? [])
  return new PublishedKeys({
    identityKey: bytes(data?.eIdent),
    registrationId: readBigEndian(bytes(data?.eRegid)),
    signedPreKey: {
      id: readBigEndian(bytes(data?.eSkeyId)),
      publicKey: bytes(data?.eSkeyVal),
      signature: bytes(data?.eSkeySig),
    },
  })
}
