import { DEFAULT_CONNECTION_CONFIG, generateSignalPubKey, initAuthCreds, proto } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, BinaryNode, SignalKeyStoreWithTransaction } from "@whiskeysockets/baileys"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createSessionLog, newNonce } from "../log/session-log.ts"
import { createSessionState } from "../log/state.ts"
import type { SessionState } from "../log/state.ts"
import { quietLogger } from "../whatsapp/quiet-logger.ts"
import { createKeyStore } from "./key-store.ts"
import { createMemos } from "./memos.ts"
import { makeRepositoryFactory } from "./repository.ts"

const place = isolated()
const box = createSecretBox("5e".repeat(32))
const account = newId("account")
let store: Store
beforeAll(async () => {
  store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log: silentLog })
})
afterAll(async () => {
  await store.close()
  await place.cleanup()
})

const [pn, lid] = ["4915112345678@s.whatsapp.net", "98765432101234@lid"]
const us = "4915100000000@s.whatsapp.net"

/** Our side, as a session has it. */
function ourRepository(creds: AuthenticationCreds, state: SessionState) {
  const sessionLog = createSessionLog({
    account: { id: account, tenant: newId("tenant") },
    epoch: 1,
    nonce: newNonce(),
    lastRow: 0,
    state,
    store,
    box,
    patienceMs: 1_000,
    log: silentLog,
    committed: () => undefined,
  })
  const keys = createKeyStore(state, sessionLog)
  const stanza: BinaryNode = { tag: "message", attrs: { id: "any" } }
  const make = makeRepositoryFactory({
    memos: createMemos(state),
    log: sessionLog,
    state,
    keys,
    stanzaOf: () => stanza,
    isKnown: () => Promise.resolve(true),
    lookUp: () => Promise.resolve(),
    interpret: () => ({}),
    undecryptable: () => Promise.resolve(),
  })
  return make({ creds, keys: keys.outer }, quietLogger(silentLog))
}

/** One installation of the contact: plain Baileys, its keys in memory. */
function contact(creds: AuthenticationCreds) {
  const state = createSessionState()
  const keys: SignalKeyStoreWithTransaction = {
    get: (type, ids) => Object.fromEntries(ids.flatMap((id) => valueOf(state.get(type, id), id))),
    set: (data) => state.apply(data),
    isInTransaction: () => false,
    transaction: (work) => work(),
  }
  return DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, quietLogger(silentLog))
}

function valueOf<T>(value: T | undefined, id: string): [string, T][] {
  return value === undefined ? [] : [[id, value]]
}

/** What WhatsApp's server gives out of our keys. */
function bundleOf({ registrationId, signedIdentityKey, signedPreKey }: AuthenticationCreds) {
  return {
    registrationId,
    identityKey: generateSignalPubKey(signedIdentityKey.public),
    signedPreKey: {
      keyId: signedPreKey.keyId,
      publicKey: generateSignalPubKey(signedPreKey.keyPair.public),
      signature: signedPreKey.signature,
    },
  }
}

/** A message with the padding that Baileys expects. */
function padded(text: string): Buffer {
  return Buffer.concat([proto.Message.encode({ conversation: text }).finish(), Buffer.of(1)])
}

test("a mapping that is learned late leaves the newer session in place, and the older one readable", async () => {
  const creds = initAuthCreds()
  const state = createSessionState()
  const ours = ourRepository(creds, state)
  const identity = initAuthCreds()
  const [before, now] = [contact(identity), contact(identity)]
  const bundle = { ...bundleOf(creds), preKey: undefined as never }
  const write = async (from: typeof now, name: string, text: string) => {
    const { type, ciphertext } = await from.encryptMessage({ jid: us, data: padded(text) })
    const plain = await ours.decryptMessage({ jid: name, type, ciphertext })
    expect(Buffer.from(plain).equals(padded(text))).toBe(true)
  }
  // What each of them knows of us: the same keys, but a session of its own.
  for (const each of [before, now]) await each.injectE2ESession({ jid: us, session: bundle })
  await write(before, pn, "under the number")
  await write(now, lid, "under the LID, in a newer session")

  state.apply({ "device-list": { "4915112345678": ["0"] } })
  await ours.lidMapping.storeLIDPNMappings([{ lid, pn }])
  await ours.migrateSession(pn, lid)
  await write(now, lid, "still in the newer session")
  await write(before, lid, "and in the older one")

  await write(now, lid, "the newer one was used last")
  const answer = await ours.encryptMessage({ jid: lid, data: padded("an answer") })
  const read = await now.decryptMessage({ jid: us, type: answer.type, ciphertext: answer.ciphertext })
  expect(Buffer.from(read).equals(padded("an answer"))).toBe(true)
})
