import { createHash } from "node:crypto"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { GridFSBucket, MongoServerError, ObjectId } from "mongodb"
import type { Binary, Db, GridFSBucketWriteStream } from "mongodb"
import { sweepBuffers } from "../runtime/index.ts"

/** What is known of a stored media. */
export interface StoredMedia {
  id: string
  tenant: string
  account: string | null
  mimetype: string
  fileName: string | null
  bytes: number
  /** Hex digest of the bytes. */
  sha256: string
  storedAt: Date
}

interface MediaFile {
  _id: ObjectId
  filename: string
  length: number
  chunkSize: number
  uploadDate: Date
  metadata: {
    media: string
    tenant: string
    account: string | null
    mimetype: string
    fileName: string | null
    sha256: string
  }
}

interface MediaChunk {
  files_id: ObjectId
  n: number
  data: Binary
}

/** Pieces of 255 KiB that are asked for at a time. (The driver's own reader asks for a hundred: 16 MB and their copies.) */
const chunksAtATime = 4

/** Bytes of media in GridFS, by media id. A media appears when all its bytes are stored, and never changes. */
export interface MediaStore {
  /**
   * Streams bytes in. The same id a second time keeps what is there. `verify` runs before the media appears; when it
   * throws, or the stream fails, nothing stays. Throws MediaTooLarge past `bytesMax`.
   */
  put(
    source: Readable,
    media: { id: string; tenant: string; account: string | null; mimetype: string; fileName: string | null },
    options: { bytesMax: number; verify?: (stored: { bytes: number; sha256: string }) => void },
  ): Promise<StoredMedia>
  /** Null when it is not stored (yet). */
  find(id: string): Promise<StoredMedia | null>
  /**
   * Gives a stored media its final id. When that id is stored already (the move is repeated), the one that was to be moved
   * is removed. Returns null when neither is stored.
   */
  rename(from: string, to: string): Promise<StoredMedia | null>
  /** Streams the bytes from `start` to before `end`; the whole by default. Null when it is not stored. */
  open(id: string, range?: { start: number; end: number }): Promise<Readable | null>
  delete(id: string): Promise<void>
  /** Removes everything of an account. */
  deleteOfAccount(account: string): Promise<void>
}

/** The media has more bytes than allowed. */
export class MediaTooLarge extends Error {
  readonly bytesMax: number

  constructor(bytesMax: number) {
    super(`the media has more than ${bytesMax} bytes`)
    this.name = "MediaTooLarge"
    this.bytesMax = bytesMax
  }
}

export function createMediaStore(db: Db): MediaStore {
  const bucket = new GridFSBucket(db, { bucketName: "media" })
  const files = db.collection<MediaFile>("media.files")
  const find = async (id: string) => files.findOne({ "metadata.media": id })
  const remove = async (_id: ObjectId) => {
    await db.collection("media.files").deleteOne({ _id })
    await db.collection("media.chunks").deleteMany({ files_id: _id })
  }

  return {
    async put(source, media, options) {
      const fileId = new ObjectId()
      const { id, ...described } = media
      const upload = bucket.openUploadStreamWithId(fileId, id, { metadata: {} })
      const meter = createMeter(options.bytesMax, (result) => {
        options.verify?.(result)
        // The files document is written when the upload ends: its metadata is complete by then, and the media appears.
        upload.options.metadata = { ...described, media: id, sha256: result.sha256 }
      })
      try {
        await pipeline(source, meter, (chunks: AsyncIterable<Buffer>) => writeAll(upload, chunks))
      } catch (error) {
        await remove(fileId)
        if (!isDuplicateKey(error)) throw error
      }
      const stored = await find(id)
      if (stored === null) throw new Error("the media was deleted while it was stored")
      return describe(stored)
    },
    async find(id) {
      const file = await find(id)
      return file && describe(file)
    },
    async rename(from, to) {
      try {
        await files.updateOne({ "metadata.media": from }, { $set: { "metadata.media": to, filename: to } })
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        const left = await find(from)
        if (left) await remove(left._id)
      }
      const file = await find(to)
      return file && describe(file)
    },
    async open(id, range) {
      const file = await find(id)
      return file && Readable.from(chunksOf(db, file, range), { objectMode: false })
    },
    async delete(id) {
      const file = await find(id)
      if (file) await remove(file._id)
    },
    async deleteOfAccount(account) {
      for await (const file of files.find({ "metadata.account": account })) await remove(file._id)
    },
  }
}

/** True when a unique index refused the write. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000
}

function describe(file: MediaFile): StoredMedia {
  const { media, ...metadata } = file.metadata
  return { id: media, ...metadata, bytes: file.length, storedAt: file.uploadDate }
}

/** The bytes from `start` to before `end`, piece by piece. Throws when one is missing: the media was deleted meanwhile. */
async function* chunksOf(db: Db, file: MediaFile, range?: { start: number; end: number }): AsyncGenerator<Buffer> {
  const { _id, chunkSize, length } = file
  const { start, end } = range ?? { start: 0, end: length }
  let next = Math.floor(start / chunkSize)
  const last = Math.ceil(end / chunkSize)
  const chunks = db
    .collection<MediaChunk>("media.chunks")
    .find({ files_id: _id, n: { $gte: next, $lt: last } }, { sort: { n: 1 }, batchSize: chunksAtATime })
  try {
    for await (const { n, data } of chunks) {
      if (n !== next) break
      const from = n * chunkSize
      yield Buffer.from(data.buffer.buffer, data.buffer.byteOffset, data.length()).subarray(
        Math.max(0, start - from),
        Math.min(data.length(), end - from),
      )
      sweepBuffers(data.length())
      next += 1
    }
    if (next < last) throw new Error("the media was deleted while it was read")
  } finally {
    await chunks.close()
  }
}

/** Writes chunk by chunk and awaits each: when this fails, nothing is under way that could land after the clean-up. */
async function writeAll(upload: GridFSBucketWriteStream, chunks: AsyncIterable<Buffer>): Promise<void> {
  const failed = Promise.withResolvers<never>()
  // Every write races against it; a failure between two writes is seen by the next one.
  failed.promise.catch(() => undefined)
  upload.on("error", failed.reject)
  // A write that fails also hands its error to its own callback, before it is emitted.
  const unlessFailed = (write: (done: (error?: Error | null) => void) => void) =>
    Promise.race([
      failed.promise,
      new Promise<void>((resolve, reject) => write((error) => (error ? reject(error) : resolve()))),
    ])
  for await (const chunk of chunks) await unlessFailed((done) => upload.write(chunk, done))
  await unlessFailed((done) => upload.end(done))
}

/** Counts and hashes what passes, and fails past the limit. `check` sees the result before the stream ends, and may throw. */
function createMeter(bytesMax: number, check: (result: { bytes: number; sha256: string }) => void): Transform {
  const hash = createHash("sha256")
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      sweepBuffers(chunk.length)
      if (bytes > bytesMax) return done(new MediaTooLarge(bytesMax))
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      try {
        check({ bytes, sha256: hash.digest("hex") })
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error("the media was refused", { cause: error }))
      }
    },
  })
}
