import { Curve, generateSignalPubKey, signedKeyPair } from "@whiskeysockets/baileys"
import type { KeyPair } from "@whiskeysockets/baileys"
import * as libsignal from "libsignal"
import { beforeAll, expect, test } from "vitest"
import { silenceConsole } from "../whatsapp/silence-console.ts"
import { ForgedKeys, repairLibsignal } from "./repair-libsignal.ts"

beforeAll(() => {
  silenceConsole()
  repairLibsignal()
})

const asSignal = (pair: KeyPair) => ({
  privKey: Buffer.from(pair.private),
  pubKey: Buffer.from(generateSignalPubKey(pair.public)),
})

/** One end of conversations, with its keys in memory. */
function createEnd(name: string) {
  const identity = Curve.generateKeyPair()
  const signed = signedKeyPair(identity, 1)
  const preKeys = new Map<number, KeyPair>()
  const sessions = new Map<string, Uint8Array>()
  const storage: libsignal.SignalStorage = {
    loadSession: async (id) => {
      const stored = sessions.get(id)
      return stored && libsignal.SessionRecord.deserialize(stored)
    },
    storeSession: async (id, session) => void sessions.set(id, structuredClone(session.serialize())),
    isTrustedIdentity: () => true,
    loadPreKey: async (id) => {
      const pair = preKeys.get(Number(id))
      return pair && asSignal(pair)
    },
    removePreKey: (id) => void preKeys.delete(id),
    loadSignedPreKey: () => asSignal(signed.keyPair),
    getOurRegistrationId: () => 7,
    getOurIdentity: () => asSignal(identity),
  }
  return {
    address: new libsignal.ProtocolAddress(name, 0),
    storage,
    bundle(keyId: number) {
      const preKey = Curve.generateKeyPair()
      preKeys.set(keyId, preKey)
      return {
        registrationId: 7,
        identityKey: generateSignalPubKey(identity.public),
        signedPreKey: { keyId: 1, publicKey: generateSignalPubKey(signed.keyPair.public), signature: signed.signature },
        preKey: { keyId, publicKey: generateSignalPubKey(preKey.public) },
      }
    },
    sessions,
  }
}

type End = ReturnType<typeof createEnd>

async function send(from: End, to: End, text: string): Promise<string> {
  const { type, body } = await new libsignal.SessionCipher(from.storage, to.address).encrypt(Buffer.from(text))
  return receive(to, from, type, Buffer.from(body, "binary"))
}

async function receive(to: End, from: End, type: number, bytes: Buffer): Promise<string> {
  const cipher = new libsignal.SessionCipher(to.storage, from.address)
  const plain = type === 3 ? cipher.decryptPreKeyWhisperMessage(bytes) : cipher.decryptWhisperMessage(bytes)
  return (await plain).toString()
}

const begin = (from: End, to: End, keyId: number) =>
  new libsignal.SessionBuilder(from.storage, to.address).initOutgoing(to.bundle(keyId))

test("a message of an earlier session, tried on the present one in vain, leaves that one as it was", async () => {
  const [us, them] = [createEnd("us"), createEnd("them")]
  await begin(them, us, 1)
  expect(await send(them, us, "of the first session")).toBe("of the first session")
  await send(us, them, "answered")
  const late = await new libsignal.SessionCipher(them.storage, us.address).encrypt(Buffer.from("late"))
  them.sessions.clear()
  await begin(them, us, 2)
  expect(await send(them, us, "of the second session")).toBe("of the second session")
  expect(await receive(us, them, late.type, Buffer.from(late.body, "binary"))).toBe("late")
  expect(await send(us, them, "still readable")).toBe("still readable")
  expect(await send(them, us, "and back")).toBe("and back")
})

test("keys that are not signed by the person whose they are begin no session", async () => {
  const [us, them] = [createEnd("us"), createEnd("them")]
  const bundle = them.bundle(1)
  bundle.signedPreKey.signature = createEnd("another").bundle(1).signedPreKey.signature
  const beginning = new libsignal.SessionBuilder(us.storage, them.address).initOutgoing(bundle)
  await expect(beginning).rejects.toThrow(ForgedKeys)
  expect(us.sessions.size).toBe(0)
})
