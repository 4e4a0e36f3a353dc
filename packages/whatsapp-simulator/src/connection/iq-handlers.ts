import { bundleNodes, readPreKeys, readSignedPreKey } from "../directory/bundle-stanza.ts"
import { answerUsync } from "../directory/usync.ts"
import { parseAddress, serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, child, childBytes, children, node } from "../stanza/nodes.ts"
import { answerAppState } from "./app-state-queries.ts"
import { groupQueryHandlers } from "./group-queries.ts"
import type { IqAnswer, IqHandler } from "./iq-answer.ts"
import { activate } from "./login.ts"
import { profileQueryHandlers } from "./profile-queries.ts"
import type { Session } from "./stanza-handlers.ts"
import type { StanzaName } from "./stanza-table.ts"

type Query = Exclude<Extract<StanzaName, `iq ${string}`>, "iq result">

/** Every query a client makes, by its name in the table of stanzas. */
const iqHandlers: Record<Query, IqHandler> = {
  ...groupQueryHandlers,
  ...profileQueryHandlers,
  "iq encrypt get count": ({ device }) => [node("count", { value: device.keys.preKeyCount })],
  "iq encrypt get digest": () => [node("digest")],
  "iq encrypt get key": answerBundles,
  "iq encrypt set registration": publishKeys,
  "iq encrypt set rotate": rotateSignedPreKey,
  "iq passive set active": ({ parts, connection, device }) => {
    queueMicrotask(() => activate(parts, connection, device))
    return []
  },
  "iq passive set passive": () => [],
  "iq abt get props": () => [
    node("props", { hash: "sim" }, [node("prop", { config_code: "10518", config_value: "1" })]),
  ],
  "iq urn:xmpp:whatsapp:dirty set clean": () => [],
  "iq usync get usync": ({ parts }, iq) => answerUsync(parts.directory, iq),
  "iq w:p get ping": ({ parts }) => {
    parts.counters.keepAlives += 1
    return []
  },
  "iq w:stats undefined add": () => [],
  "iq w:m set media_conn": ({ parts }) => [mediaConnection(parts.mediaHost())],
  "iq w:sync:app:state set sync": answerAppState,
  // Nobody here is a business.
  "iq w:biz get business_profile": () => [],
  "iq md set remove-companion-device": removeCompanion,
}

/** Answers a query by its name. A fault may answer instead. */
export function answerIq(session: Session, iq: Stanza, name: Query): void {
  const xmlns = attribute(iq, "xmlns") ?? ""
  const { faults } = session.parts
  const fault = faults.take("iq-error", session.device.user.id, (candidate) => candidate.xmlns === xmlns)
  reply(session, iq, fault ? { error: fault.code, text: "injected" } : iqHandlers[name](session, iq))
}

export function reply(session: Session, iq: Stanza, answer: IqAnswer): void {
  const attributes = { id: attribute(iq, "id"), from: attribute(iq, "to") ?? serverAddress }
  if (Array.isArray(answer)) {
    session.connection.send(node("iq", { ...attributes, type: "result" }, answer.length > 0 ? answer : undefined))
  } else {
    const error = node("error", { code: answer.error, text: answer.text })
    session.connection.send(node("iq", { ...attributes, type: "error" }, [error]))
  }
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
    if (parts.faults.take("pre-key-starvation", device.user.id)) delete bundle.preKey
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

function mediaConnection(hostname: string): Stanza {
  const host = node("host", { hostname, maxContentLengthBytes: 100 * 1024 * 1024 })
  return node("media_conn", { auth: "sim", ttl: 3600, auth_ttl: 21_600, max_buckets: 12 }, [host])
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
