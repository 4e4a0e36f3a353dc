import { proto } from "@whiskeysockets/baileys"
import type { AppState } from "../app-state/app-state.ts"
import { ForgedPatch } from "../app-state/collection.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, bytesOf, child, children, node } from "../stanza/nodes.ts"
import { type IqAnswer, malformed, notFound } from "./iq-answer.ts"
import { clientsOf } from "./linked-device.ts"
import type { Session } from "./stanza-handlers.ts"

/** At most so many patches stand in one answer; the client asks for more. */
const patchesMax = 50

/** A client brings patches of its own, or asks for those it has not seen. A patch with a wrong MAC is refused. */
export function answerAppState(session: Session, iq: Stanza): IqAnswer {
  const phone = session.parts.people.phone(session.device.user.id)
  if (!phone) return notFound
  try {
    const asked = children(child(iq, "sync"), "collection")
    return [
      node(
        "sync",
        {},
        asked.map((one) => answerCollection(session, phone.appState, one)),
      ),
    ]
  } catch (error) {
    if (!(error instanceof ForgedPatch)) throw error
    session.parts.counters.forgeries += 1
    return malformed
  }
}

function answerCollection(session: Session, state: AppState, asked: Stanza): Stanza {
  const name = attribute(asked, "name") ?? ""
  const version = Number(attribute(asked, "version"))
  const collection = state.collection(name)
  const patch = child(asked, "patch")
  if (patch === undefined) return answerPatches(session, state, asked)
  // Somebody else was faster: the client must see that first.
  if (version !== collection.version) {
    const error = node("error", { code: 409, text: "conflict" })
    return node("collection", { name, type: "error", version: collection.version, has_more_patches: "true" }, [error])
  }
  collection.take(bytesOf(patch))
  session.parts.counters.appStatePatches += 1
  state.announce(
    name,
    clientsOf(session.device.user).filter((client) => client !== session.device),
  )
  return node("collection", { name, version: collection.version, has_more_patches: "false" })
}

function answerPatches({ parts, device }: Session, state: AppState, asked: Stanza): Stanza {
  const name = attribute(asked, "name") ?? ""
  const version = Number(attribute(asked, "version"))
  const collection = state.collection(name)
  const attributes = { name, version: collection.version }
  if (attribute(asked, "return_snapshot") === "true" && collection.version > 0) {
    const blob = proto.ExternalBlobReference.encode(parts.media.sealAppState(collection.snapshot())).finish()
    return node("collection", { ...attributes, has_more_patches: "false" }, [node("snapshot", {}, Buffer.from(blob))])
  }
  const missing = collection.patches.slice(version, version + patchesMax)
  const forged = missing.length > 0 && parts.faults.take("forged-app-state", device.user.id) !== undefined
  const patches = missing.map((bytes) => node("patch", {}, forged ? withWrongMac(bytes) : bytes))
  const hasMore = collection.patches.length > version + patchesMax
  const content = patches.length > 0 ? [node("patches", {}, patches)] : undefined
  return node("collection", { ...attributes, has_more_patches: String(hasMore) }, content)
}

function withWrongMac(bytes: Buffer): Buffer {
  const patch: proto.ISyncdPatch = proto.SyncdPatch.decode(bytes)
  return Buffer.from(proto.SyncdPatch.encode({ ...patch, patchMac: Buffer.alloc(32, 1) }).finish())
}
