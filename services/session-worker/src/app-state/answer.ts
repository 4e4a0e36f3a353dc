import { ALL_WA_PATCH_NAMES, getBinaryNodeChild, getBinaryNodeChildren, proto } from "@whiskeysockets/baileys"
import type { BinaryNode, WAPatchName, WASocket } from "@whiskeysockets/baileys"
import { fetchBlob } from "./blob.ts"
import { Refused } from "./collection-state.ts"

/** What WhatsApp's server says of one collection. */
export interface CollectionAnswer {
  name: WAPatchName
  snapshot: proto.SyncdSnapshot | null
  patches: proto.SyncdPatch[]
  hasMore: boolean
  /** Code of the refusal; 409: somebody else changed it meanwhile. */
  error: string | null
}

const blobBytesMax = 32 * 1024 * 1024

/** Reads the answer about collections, with the files that it refers to. Throws Refused for what cannot be read. */
export async function readAnswer(socket: WASocket, answer: BinaryNode): Promise<CollectionAnswer[]> {
  const collections = getBinaryNodeChildren(getBinaryNodeChild(answer, "sync"), "collection")
  return Promise.all(collections.map((collection) => readCollection(socket, collection)))
}

async function readCollection(socket: WASocket, collection: BinaryNode): Promise<CollectionAnswer> {
  const name = ALL_WA_PATCH_NAMES.find((each) => each === collection.attrs["name"])
  if (name === undefined) throw new Refused("the answer is about an unknown collection")
  const patches = getBinaryNodeChildren(getBinaryNodeChild(collection, "patches") ?? collection, "patch")
  const snapshot = bytesOf(getBinaryNodeChild(collection, "snapshot"))
  const isError = collection.attrs["type"] === "error"
  return {
    name,
    hasMore: collection.attrs["has_more_patches"] === "true",
    error: isError ? (getBinaryNodeChild(collection, "error")?.attrs["code"] ?? "unknown") : null,
    snapshot:
      snapshot && proto.SyncdSnapshot.decode(await blobOf(socket, proto.ExternalBlobReference.decode(snapshot))),
    patches: await Promise.all(
      patches.flatMap((patch) => bytesOf(patch) ?? []).map((bytes) => readPatch(socket, bytes)),
    ),
  }
}

/** A large patch keeps its mutations in a file. */
async function readPatch(socket: WASocket, bytes: Uint8Array): Promise<proto.SyncdPatch> {
  const patch = proto.SyncdPatch.decode(bytes)
  if (!patch.externalMutations) return patch
  const inline: proto.ISyncdPatch = patch
  const { mutations } = proto.SyncdMutations.decode(await blobOf(socket, patch.externalMutations))
  return proto.SyncdPatch.fromObject({
    ...inline,
    mutations: [...patch.mutations, ...mutations],
    externalMutations: null,
  })
}

async function blobOf(socket: WASocket, reference: proto.IExternalBlobReference): Promise<Buffer> {
  const { hosts } = await socket.refreshMediaConn(false)
  const host = hosts[0]?.hostname ?? "mmg.whatsapp.net"
  return fetchBlob(reference, { host, kind: "App State", bytesMax: blobBytesMax })
}

function bytesOf(node: BinaryNode | undefined): Uint8Array | null {
  return node?.content instanceof Uint8Array ? node.content : null
}
