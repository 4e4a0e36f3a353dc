import {
  type AuthenticationCreds,
  BufferJSON,
  configureSuccessfulPairing,
  Curve,
  initAuthCreds,
  type KeyPair,
} from "@whiskeysockets/baileys"
import type { AppStateKey } from "../app-state/mutation-keys.ts"
import type { Counters } from "../connection/counters.ts"
import { LinkedDevice } from "../connection/linked-device.ts"
import { pairSuccess } from "../connection/pair-success.ts"
import { PublishedKeys } from "../directory/published-keys.ts"
import type { Phone } from "../people/phone.ts"
import { withAccountKey } from "../signal/adv.ts"
import { stanzaId } from "../stanza/ids.ts"
import { child, childBytes, node } from "../stanza/nodes.ts"

/** What a client needs to log in: Baileys' credentials and the first contents of its key store, by type and id. */
export type ProvisionedAuth = { creds: AuthenticationCreds; keys: Record<string, Record<string, unknown>> }

/**
 * Links a client to a phone without a connection: the client's half of the pairing is done by Baileys' own function,
 * so what comes out is what a linked client would have stored. The first sync counts as done: with its counter above
 * zero a client does not wait for history.
 */
export function provision(phone: Phone, options: { preKeys: number; counters: Counters }): ProvisionedAuth {
  const fresh = initAuthCreds()
  const device = createDevice(phone, fresh, options.counters)
  const claim = {
    identityKey: fresh.signedIdentityKey.public,
    advSecret: Buffer.from(fresh.advSecretKey, "base64"),
    keyIndex: device.id,
  }
  const { identity, isForged } = phone.vouchFor(claim)
  const success = node("iq", { id: stanzaId() }, [pairSuccess({ user: phone.user, deviceId: device.id, identity })])
  const { creds, reply } = configureSuccessfulPairing(success, fresh)
  device.deviceIdentity = withAccountKey(deviceIdentityOf(reply), phone.accountKey)
  device.isForged = isForged
  const preKeys = publishPreKeys(device.keys, options.preKeys)
  const appStateKey = describeKey(phone.appState.key)
  phone.user.devices.set(device.id, device)
  const next = options.preKeys + 1
  return {
    creds: {
      ...fresh,
      ...creds,
      nextPreKeyId: next,
      firstUnuploadedPreKeyId: next,
      accountSyncCounter: 1,
      myAppStateKeyId: appStateKey.id,
    },
    keys: { "pre-key": preKeys, "app-state-sync-key": { [appStateKey.id]: appStateKey.value } },
  }
}

/** The JSON that Baileys' `useMultiFileAuthState` writes; read it with `BufferJSON.reviver`. */
export function asJson<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value, BufferJSON.replacer))
}

function createDevice(phone: Phone, creds: AuthenticationCreds, counters: Counters): LinkedDevice {
  const { keyId, keyPair, signature } = creds.signedPreKey
  const keys = new PublishedKeys({
    identityKey: Buffer.from(creds.signedIdentityKey.public),
    registrationId: creds.registrationId,
    signedPreKey: { id: keyId, publicKey: Buffer.from(keyPair.public), signature: Buffer.from(signature) },
  })
  const id = phone.takeDeviceId()
  const noiseStaticKey = Buffer.from(creds.noiseKey.public)
  const device = new LinkedDevice({ user: phone.user, id, keyIndex: id, keys, noiseStaticKey, counters })
  device.needsInitialSync = false
  return device
}

function deviceIdentityOf(reply: ReturnType<typeof configureSuccessfulPairing>["reply"]): Buffer {
  return childBytes(child(reply, "pair-device-sign"), "device-identity")
}

function publishPreKeys(published: PublishedKeys, count: number): Record<string, KeyPair> {
  const pairs = Array.from({ length: count }, (_, index) => ({ id: index + 1, pair: Curve.generateKeyPair() }))
  published.addPreKeys(pairs.map(({ id, pair }) => ({ id, publicKey: Buffer.from(pair.public) })))
  return Object.fromEntries(pairs.map(({ id, pair }) => [id, pair]))
}

function describeKey({ id, data }: AppStateKey) {
  const fingerprint = { rawId: 1, currentIndex: 0, deviceIndexes: [0] }
  return { id: id.toString("base64"), value: { keyData: data, fingerprint, timestamp: Date.now() } }
}
