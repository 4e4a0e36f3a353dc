import { createServer } from "node:http"
import { readFileSync } from "node:fs"
import { Readable } from "node:stream"
import type { Stage } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { z } from "zod"
import { linkAccount } from "../link-account.ts"
import { contactFile } from "./contact-file.ts"
import { fileBytes } from "./file-bytes.ts"
import { raisesWhile } from "./memory.ts"
import type { Raises } from "./memory.ts"

/** What moving one large document does to the memory of the services. */
export interface MediaWork {
  what: string
  seconds: number
  raises: Raises
}

export const documentBytes = 100_000_000
const warmUpBytes = 3_000_000
const types = { type: "document", fileName: "big.bin" } as const

const Sent = z.object({ id: z.string(), ack: z.number().min(1) })
const Messages = z.object({
  items: z.array(
    z.object({
      waId: z.string(),
      media: z.object({ id: z.string(), status: z.string(), bytes: z.number(), url: z.string() }).nullable(),
    }),
  ),
})

/**
 * Sends a document by URL and by form, receives one and downloads it, each once small, so that everything is loaded, and
 * then large. Throws when one does not arrive whole.
 */
export async function measureMedia(stage: Stage, tell: (line: string) => void): Promise<MediaWork[]> {
  const linked = await linkAccount(stage)
  const account = { id: linked.id, pn: linked.phone.pn }
  const contact = await stage.simulator.createContact({ sink: true })
  const host = await startFileHost()
  const works = {
    "send by URL": (bytes: number) => sendByUrl(stage, { account, to: contact.phone, url: host.urlOf(bytes) }),
    "send by form": (bytes: number) => sendByForm(stage, { account, to: contact.phone, bytes }),
    receive: (bytes: number) => receive(stage, { account, bytes }),
    "download it": (bytes: number) => download(stage, { account, bytes }),
  }
  try {
    const results: MediaWork[] = []
    for (const [what, work] of Object.entries(works)) {
      await work(warmUpBytes)
      tell(`${what}: ${documentBytes / 1e6} MB …`)
      const began = performance.now()
      const raises = await raisesWhile(stage.stack, () => work(documentBytes))
      results.push({ what, seconds: (performance.now() - began) / 1_000, raises })
    }
    return results
  } finally {
    host.stop()
  }
}

interface LinkedAccount {
  id: string
  pn: string
}

async function sendByUrl({ api }: Stage, send: { account: LinkedAccount; to: string; url: string }): Promise<void> {
  const body = { to: send.to, content: { ...types, media: { url: send.url } } }
  const { id } = await api.post(`/v1/accounts/${send.account.id}/messages`, body, z.object({ id: z.string() }))
  await untilSent({ api }, send.account, id)
}

/** A form whose file is made while it is sent. */
async function sendByForm(stage: Stage, send: { account: LinkedAccount; to: string; bytes: number }): Promise<void> {
  const boundary = "wildcat-bench"
  const message = JSON.stringify({ to: send.to, content: types })
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="message"\r\n\r\n${message}\r\n--${boundary}\r\n` +
    `content-disposition: form-data; name="file"; filename="big.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`
  const form = function* () {
    yield Buffer.from(head)
    yield* fileBytes(send.bytes)
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  const response = await fetch(`${stage.stack.apiUrl}/v1/accounts/${send.account.id}/messages`, {
    method: "POST",
    headers: {
      "x-api-key": readFileSync(stage.keyFile, "utf8").trim(),
      "content-type": `multipart/form-data; boundary=${boundary}`,
    },
    body: Readable.toWeb(Readable.from(form())),
    duplex: "half",
  })
  const { id } = z.object({ id: z.string() }).parse(await response.json())
  await untilSent(stage, send.account, id)
}

async function untilSent({ api }: Pick<Stage, "api">, account: LinkedAccount, id: string): Promise<void> {
  await waitUntil(
    "WhatsApp has the document",
    async () => Sent.safeParse(await api.get(`/v1/accounts/${account.id}/messages/${id}`, z.unknown())).success,
    { timeoutMs: 120_000 },
  )
}

/** A contact sends it; it is received when the media service has stored it. */
async function receive(stage: Stage, { account, bytes }: { account: LinkedAccount; bytes: number }): Promise<void> {
  const from = await stage.simulator.createContact({})
  const message = await contactFile(stage, bytes)
  await stage.simulator.sendProto({ from: from.id, to: account.pn, message })
  await stored(stage, account, bytes)
}

async function stored({ api }: Stage, account: LinkedAccount, bytes: number): Promise<{ url: string }> {
  return waitUntil(
    "the document is stored",
    async () => {
      const { items } = await api.get(`/v1/accounts/${account.id}/messages?direction=in`, Messages)
      return items.find(({ media }) => media?.status === "stored" && media.bytes === bytes)?.media
    },
    { timeoutMs: 120_000 },
  )
}

async function download(stage: Stage, { account, bytes }: { account: LinkedAccount; bytes: number }): Promise<void> {
  const { url } = await stored(stage, account, bytes)
  const response = await fetch(url)
  let length = 0
  for await (const chunk of response.body ?? []) length += chunk.length
  if (length !== bytes) throw new Error(`the download has ${length} bytes instead of ${bytes}`)
}

async function startFileHost() {
  const server = createServer((request, response) => {
    const bytes = Number(request.url?.slice(1))
    response.writeHead(200, { "content-length": bytes })
    Readable.from(fileBytes(bytes)).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" ? address?.port : 0
  return { urlOf: (bytes: number) => `http://127.0.0.1:${port}/${bytes}`, stop: () => server.close() }
}
