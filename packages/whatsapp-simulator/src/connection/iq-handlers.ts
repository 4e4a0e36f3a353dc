import { bundleNodes, readPreKeys, readSignedPreKey } from "../directory/bundle-stanza.ts"
import { answerUsync } from "../directory/usync.ts"
import { parseAddress, serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, child, childBytes, children, node } from "../stanza/nodes.ts"
import { answerGroupQuery } from "./group-queries.ts"
import { activate } from "./login.ts"
import type { Session } from "./stanza-handlers.ts"

/** The children of the result, or why there is none. */
export type IqAnswer = Stanza[] | { error: number; text: string }
type IqHandler = (session: Session, iq: Stanza) => IqAnswer

/** Every query a client makes, by namespace, type and first child. A star stands for any. */
const iqHandlers: Record<string, IqHandler> = {
  "encrypt get count": ({ device }) => [node("count", { value: device.keys.preKeyCount })],
  "encrypt get digest": () => [node("digest")],
  "encrypt get key": answerBundles,
  "encrypt set registration": publishKeys,
  "encrypt set rotate": rotateSignedPreKey,
  "passive set active": ({ parts, connection, device }) => {
    queueMicrotask(() => activate(parts, connection, device))
    return []
  },
  "passive set passive": () => [],
  "abt get props": () => [node("props", { hash: "sim" }, [node("prop", { config_code: "10518", config_value: "1" })])],
  "blocklist get *": () => [node("list")],
  "blocklist set *": () => [node("list")],
  "privacy get privacy": () => [privacyNode()],
  "privacy set *": () => [],
  "urn:xmpp:whatsapp:dirty set clean": () => [],
  "usync get usync": ({ parts }, iq) => answerUsync(parts.directory, iq),
  "w:p get *": () => [],
  "w:stats undefined add": () => [],
  "w:stats set *": () => [],
  "w:m set media_conn": ({ parts }) => [mediaConnection(parts.mediaHost())],
  "w:sync:app:state set sync": (_, iq) => [answerAppState(iq)],
  "w:profile:picture get *": () => ({ error: 404, text: "item-not-found" }),
  "w:biz get *": () => [],
  "disappearing_mode set *": () => [],
  "status set *": () => [],
  "md set remove-companion-device": removeCompanion,
  "w:g2 get *": answerGroupQuery,
  "w:g2 set *": answerGroupQuery,
}

/** Answers a query; unknown ones with 501, and counts them: a complete run has none. */
export function answerIq(session: Session, iq: Stanza): void {
  const type = attribute(iq, "type")
  if (type === "result" || type === "error") return
  const answer = answerOf(session, iq)
  const attributes = { id: attribute(iq, "id"), from: attribute(iq, "to") ?? serverAddress }
  if (Array.isArray(answer)) {
    session.connection.send(node("iq", { ...attributes, type: "result" }, answer.length > 0 ? answer : undefined))
  } else {
    const error = node("error", { code: answer.error, text: answer.text })
    session.connection.send(node("iq", { ...attributes, type: "error" }, [error]))
  }
}

function answerOf(session: Session, iq: Stanza): IqAnswer {
  const { faults, counters } = session.parts
  const xmlns = attribute(iq, "xmlns") ?? ""
  const fault = faults.take("iq-error", session.device.user.id, (candidate) => candidate.xmlns === xmlns)
  if (fault) return { error: fault.code, text: "injected" }
  const type = attribute(iq, "type")
  const handler = iqHandlers[`${xmlns} ${type} ${children(iq)[0]?.tag}`] ?? iqHandlers[`${xmlns} ${type} *`]
  if (handler) return handler(session, iq)
  counters.unknownStanzas += 1
  return { error: 501, text: "feature-not-implemented" }
}

/** One bundle per device asked for, in the address form of the question. */
function answerBundles({ parts }: Session, iq: Stanza): IqAnswer {
  const forged = parts.faults.take("forged-bundle") !== undefined
  const users = children(child(iq, "key"), "user").map((asked) => {
    const jid = attribute(asked, "jid") ?? ""
    const device = parts.directory.device(jid)
    const bundle = device?.takeBundle()
    if (!device || !bundle) return node("user", { jid }, [node("error", { code: 404, text: "item-not-found" })])
    parts.counters.bundlesHandedOut += 1
    if (forged) bundle.signedPreKey = { ...bundle.signedPreKey, signature: Buffer.alloc(64, 1) }
    return node("user", { jid, t: nowSeconds() }, bundleNodes(bundle, device.deviceIdentity))
  })
  return [node("list", {}, users)]
}

function publishKeys({ parts, device }: Session, iq: Stanza): IqAnswer {
  if (!childBytes(iq, "identity").equals(device.keys.identityKey)) return { error: 406, text: "not-acceptable" }
  return withAuthenticKey(parts.counters, () => {
    device.keys.rotate(readSignedPreKey(child(iq, "skey")))
    device.keys.addPreKeys(readPreKeys(child(iq, "list")))
    device.keysPublished()
  })
}

function rotateSignedPreKey({ parts, device }: Session, iq: Stanza): IqAnswer {
  return withAuthenticKey(parts.counters, () =>
    device.keys.rotate(readSignedPreKey(child(child(iq, "rotate"), "skey"))),
  )
}

function withAuthenticKey(counters: Session["parts"]["counters"], publish: () => void): IqAnswer {
  try {
    publish()
    return []
  } catch {
    counters.forgeries += 1
    return { error: 406, text: "not-acceptable" }
  }
}

function privacyNode(): Stanza {
  const names = ["readreceipts", "profile", "status", "online", "last", "groupadd", "calladd"]
  return node(
    "privacy",
    {},
    names.map((name) => node("category", { name, value: "all" })),
  )
}

function mediaConnection(hostname: string): Stanza {
  const host = node("host", { hostname, maxContentLengthBytes: 100 * 1024 * 1024 })
  return node("media_conn", { auth: "sim", ttl: 3600, auth_ttl: 21_600, max_buckets: 12 }, [host])
}

/** The app state is empty and never changes. */
function answerAppState(iq: Stanza): Stanza {
  const collections = children(child(iq, "sync"), "collection").map((asked) =>
    node("collection", {
      name: attribute(asked, "name"),
      version: attribute(asked, "version"),
      has_more_patches: "false",
    }),
  )
  return node("sync", {}, collections)
}

function removeCompanion({ parts, connection, device }: Session, iq: Stanza): IqAnswer {
  const jid = attribute(child(iq, "remove-companion-device") ?? iq, "jid")
  if (parseAddress(jid)?.device !== device.id) return { error: 403, text: "forbidden" }
  device.user.devices.delete(device.id)
  device.pending.clear()
  parts.counters.logouts += 1
  queueMicrotask(() => connection.end())
  return []
}
