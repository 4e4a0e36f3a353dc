import { DEFAULT_CONNECTION_CONFIG, isPnUser, proto, unpadRandomMax16 } from "@whiskeysockets/baileys"
import type { BinaryNode, SignalRepositoryWithLIDStore, SocketConfig } from "@whiskeysockets/baileys"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Change } from "../log/entry.ts"
import type { SessionLog } from "../log/session-log.ts"
import { mergeChanges } from "../log/state.ts"
import type { SessionState } from "../log/state.ts"
import type { KeyStore } from "./key-store.ts"
import type { Memos } from "./memos.ts"
import { migrated } from "./migrated.ts"

export interface RepositoryOptions {
  memos: Memos
  log: SessionLog
  state: SessionState
  keys: KeyStore
  /** The stanza that a ciphertext came in. */
  stanzaOf(ciphertext: Uint8Array): BinaryNode | undefined
  /** True when the message of this stanza is stored already. */
  isKnown(stanza: BinaryNode): Promise<boolean>
  /** Asks what must be known to interpret a decrypted message; it waits rather than fails. */
  lookUp(stanza: BinaryNode, message: proto.Message): Promise<void>
  /** What a decrypted message makes true, besides the keys. Never throws. */
  interpret(stanza: BinaryNode, message: proto.Message, known: boolean): Change
  /** A message could not be decrypted. Baileys confirms or refuses it when this resolves. Never rejects. */
  undecryptable(stanza: BinaryNode, error: unknown, known: boolean): Promise<void>
}

type Make = SocketConfig["makeSignalRepository"]

/**
 * Baileys' Signal repository with every operation alone and staged: a ciphertext exists only after its keys are staged,
 * and a decrypted message, the ratchet that it moved and its event are one change.
 */
export function makeRepositoryFactory(options: RepositoryOptions): Make {
  const { keys, state, log } = options
  return (auth, logger, pnToLid) => {
    // Baileys uses this very object for all its key access; its own transactions are thereby replaced.
    Object.assign(auth.keys, keys.outer)
    const inner = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
      { creds: auth.creds, keys: keys.inner },
      logger,
      pnToLid && withPause(pnToLid),
    )
    const resolved = async (jid: string) => {
      // An unknown LID costs a query to the server: asked before the lock is held.
      if (isPnUser(jid)) await inner.lidMapping.getLIDForPN(jid)
    }
    const alone = async <T>(jid: string, work: () => Promise<T>) => {
      await resolved(jid)
      return keys.operation(work)
    }
    return {
      ...inner,
      decryptMessage: (request) =>
        decrypt(options, inner, request.ciphertext, {
          before: () => resolved(request.jid),
          work: () => inner.decryptMessage(request),
        }),
      decryptGroupMessage: (request) =>
        decrypt(options, inner, request.msg, { work: () => inner.decryptGroupMessage(request) }),
      // Done within the decryption already, in one change with it.
      processSenderKeyDistributionMessage: () => Promise.resolve(),
      encryptMessage: (request) => alone(request.jid, () => inner.encryptMessage(request)),
      encryptGroupMessage: (request) => keys.operation(() => inner.encryptGroupMessage(request)),
      getSenderKeyDistributionMessage: (request) =>
        keys.operation(() => inner.getSenderKeyDistributionMessage(request)),
      injectE2ESession: (request) => alone(request.jid, () => inner.injectE2ESession(request)),
      deleteSession: (jids) => keys.operation(() => inner.deleteSession(jids)),
      migrateSession: (from, to) =>
        keys.operation(
          () => inner.migrateSession(from, to),
          (_result, changes) => {
            if (changes.session !== undefined) log.stage({ state: migrated(changes, state) })
          },
        ),
    }
  }
}

async function decrypt(
  options: RepositoryOptions,
  inner: SignalRepositoryWithLIDStore,
  ciphertext: Uint8Array,
  { before, work }: { before?: () => Promise<void>; work: () => Promise<Uint8Array> },
): Promise<Uint8Array> {
  const memo = options.memos.find(ciphertext)
  if (memo !== undefined) return memo
  const stanza = options.stanzaOf(ciphertext)
  if (stanza === undefined) throw new Error("a ciphertext came in no stanza")
  const known = await options.isKnown(stanza)
  const now = async () => {
    await before?.()
    return decryptNow(options, inner, { stanza, ciphertext, known }, work)
  }
  const plain = await now().catch(async (error: unknown) => {
    await options.undecryptable(stanza, error, known)
    throw error
  })
  faultPoint("inbound.after-decrypt-before-commit")
  await options.log.relieved()
  return plain
}

async function decryptNow(
  options: RepositoryOptions,
  inner: SignalRepositoryWithLIDStore,
  { stanza, ciphertext, known }: { stanza: BinaryNode; ciphertext: Uint8Array; known: boolean },
  work: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { plain } = await options.keys.operation(
    async () => {
      const decrypted = await work()
      const message = parse(decrypted)
      await keepSenderKey(inner, message, stanza)
      if (!known) await options.lookUp(stanza, message)
      return { plain: decrypted, message }
    },
    (result, changes) => {
      const change = options.interpret(stanza, result.message, known)
      mergeChanges(changes, options.memos.remember(stanza, ciphertext, result.plain))
      mergeChanges(changes, change.state ?? {})
      options.log.stage({ ...change, state: changes })
    },
  )
  return plain
}

/** What cannot be parsed is an empty message: it is reported as such, and Baileys asks its sender for it again. */
function parse(plain: Uint8Array): proto.Message {
  try {
    return proto.Message.decode(unpadRandomMax16(plain))
  } catch {
    return proto.Message.create()
  }
}

async function keepSenderKey(
  inner: SignalRepositoryWithLIDStore,
  message: proto.Message,
  stanza: BinaryNode,
): Promise<void> {
  const authorJid = stanza.attrs["participant"] ?? stanza.attrs["from"] ?? ""
  const item = (message.deviceSentMessage?.message ?? message).senderKeyDistributionMessage
  if (item?.groupId) await inner.processSenderKeyDistributionMessage({ item, authorJid })
}

type PnToLid = NonNullable<Parameters<Make>[2]>
const unknownPauseMs = 60_000
const unknownsMax = 1_000

/** Numbers without a LID are not asked for again for a minute: Baileys would ask several times per message. */
function withPause(ask: PnToLid): PnToLid {
  const askedAt = new Map<string, number>()
  return async (jids) => {
    const now = performance.now()
    const due = jids.filter((jid) => now - (askedAt.get(jid) ?? -Infinity) > unknownPauseMs)
    if (due.length === 0) return undefined
    if (askedAt.size > unknownsMax) askedAt.clear()
    for (const jid of due) askedAt.set(jid, now)
    return ask(due)
  }
}
