import { execFileSync, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startReceiver } from "@wildcat/testkit"
import { createPoster } from "./deliver/post.ts"
import { signatureHeaders } from "./deliver/signature.ts"

const page = readFileSync(new URL("../../../docs/webhooks.md", import.meta.url), "utf8")
const secret = `whsec_${randomBytes(32).toString("base64")}`
const folder = mkdtempSync(join(tmpdir(), "wildcat-docs-"))

interface Sent {
  headers: Record<string, string>
  body: string
}
let sent: Sent

beforeAll(async () => {
  sent = await sendOne(new Date())
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A request as an endpoint gets it, with everything on its way that could change it. */
async function sendOne(timestamp: Date): Promise<Sent> {
  const endpoint = await startReceiver()
  const poster = createPoster({ allowHttp: true, allowedRanges: ["127.0.0.0/8"], socketsMax: 1 })
  const body = JSON.stringify({ id: "evt_1", data: { text: 'grüße 🐈 \\ " \n' } })
  await poster.post({
    url: endpoint.url,
    headers: signatureHeaders({ id: "evt_1", timestamp, body }, [secret]),
    body,
    timeoutMs: 5_000,
  })
  poster.close()
  await endpoint.stop()
  const [request] = endpoint.requests
  return { headers: request?.headers ?? {}, body: request?.body.toString() ?? "" }
}

/** The one code block of a language on the page. */
function example(language: string): string {
  const [block, ...more] = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))]
  if (block?.[1] === undefined || more.length > 0) throw new Error(`the page needs one ${language} block`)
  return block[1]
}

const has = (tool: string) => spawnSync(tool, ["--version"]).error === undefined

const old = () => sendOne(new Date(Date.now() - 3_600_000))
const forgeries: [string, () => Promise<Sent>][] = [
  ["a changed body", async () => ({ ...sent, body: sent.body.replace("grüße", "gruesse") })],
  ["another id", async () => ({ ...sent, headers: { ...sent.headers, "webhook-id": "evt_2" } })],
  ["no signature", async () => ({ ...sent, headers: { ...sent.headers, "webhook-signature": "" } })],
  ["an unknown kind of signature", async () => withSignature((each) => each.replace("v1,", "v2,"))],
  ["an old request", old],
]

function withSignature(change: (signature: string) => string): Sent {
  return { ...sent, headers: { ...sent.headers, "webhook-signature": change(sent.headers["webhook-signature"] ?? "") } }
}

describe("the documented Node code", () => {
  const file = join(folder, "verify.mjs")
  beforeAll(() => {
    writeFileSync(
      file,
      `${example("js")}
      const { headers, body, secret } = JSON.parse(process.argv[2])
      verifyWebhook(headers, Buffer.from(body), secret)`,
    )
  })
  const verify = (request: Sent) => spawnSync(process.execPath, [file, JSON.stringify({ ...request, secret })])

  test("accepts what Wildcat sent, also among several signatures", () => {
    expect(verify(sent).status).toBe(0)
    expect(verify(withSignature((each) => `v1,AAAA v2,x ${each}`)).status).toBe(0)
  })
  test.each(forgeries)("refuses %s", async (_case, forge) => {
    const { status, stderr } = verify(await forge())
    expect(status).toBe(1)
    expect(String(stderr)).toMatch(/the signature is wrong|too old or too new/)
  })
})

describe.skipIf(!has("python3"))("the documented Python code", () => {
  const file = join(folder, "verify.py")
  beforeAll(() => {
    const main =
      "import json, sys\nr = json.loads(sys.argv[1])\nverify_webhook(r['headers'], r['body'].encode(), r['secret'])\n"
    writeFileSync(file, `${example("python")}\n${main}`)
  })
  const verify = (request: Sent) => spawnSync("python3", [file, JSON.stringify({ ...request, secret })])

  test("accepts what Wildcat sent, also among several signatures", () => {
    expect(verify(sent).status).toBe(0)
    expect(verify(withSignature((each) => `v1,AAAA v2,x ${each}`)).status).toBe(0)
  })
  test.each(forgeries)("refuses %s", async (_case, forge) => {
    const { status, stderr } = verify(await forge())
    expect(status).toBe(1)
    expect(String(stderr)).toMatch(/ValueError: (the signature is wrong|too old or too new)/)
  })
})

describe.skipIf(!has("php"))("the documented PHP code", () => {
  const file = join(folder, "verify.php")
  beforeAll(() => {
    const main = "$r = json_decode($argv[1], true);\nverify_webhook($r['headers'], $r['body'], $r['secret']);\n"
    writeFileSync(file, `${example("php")}\n${main}`)
  })
  const verify = (request: Sent) => spawnSync("php", [file, JSON.stringify({ ...request, secret })])

  test("accepts what Wildcat sent, also among several signatures", () => {
    expect(verify(sent).status).toBe(0)
    expect(verify(withSignature((each) => `v1,AAAA v2,x ${each}`)).status).toBe(0)
  })
  test.each(forgeries)("refuses %s", async (_case, forge) => {
    expect(verify(await forge()).status).not.toBe(0)
  })
})

describe.skipIf(spawnSync("go", ["version"]).error !== undefined)("the documented Go code", () => {
  const module = join(folder, "go")
  beforeAll(() => {
    mkdirSync(join(module, "webhook"), { recursive: true })
    writeFileSync(join(module, "go.mod"), "module example\n\ngo 1.19\n")
    writeFileSync(join(module, "webhook", "verify.go"), example("go"))
    writeFileSync(
      join(module, "main.go"),
      `package main
import ("encoding/json"; "fmt"; "net/http"; "os"; "time"; "example/webhook")
func main() {
	var r struct { Headers map[string]string; Body, Secret string }
	if err := json.Unmarshal([]byte(os.Args[1]), &r); err != nil { panic(err) }
	header := http.Header{}
	for name, value := range r.Headers { header.Set(name, value) }
	if err := webhook.VerifyWebhook(header, []byte(r.Body), r.Secret, 5*time.Minute); err != nil { fmt.Println(err); os.Exit(1) }
}`,
    )
    execFileSync("go", ["build", "-o", "verify", "."], { cwd: module })
  })
  const verify = (request: Sent) => spawnSync(join(module, "verify"), [JSON.stringify({ ...request, secret })])

  test("accepts what Wildcat sent, also among several signatures", () => {
    expect(verify(sent).status).toBe(0)
    expect(verify(withSignature((each) => `v1,AAAA v2,x ${each}`)).status).toBe(0)
  })
  test.each(forgeries)("refuses %s", async (_case, forge) => {
    expect(verify(await forge()).status).toBe(1)
  })
})

describe.skipIf(!has("openssl"))("the documented openssl command", () => {
  test("gives the signature that Wildcat sent", () => {
    writeFileSync(join(folder, "body.json"), sent.body)
    const env = {
      PATH: process.env["PATH"] ?? "",
      WEBHOOK_ID: sent.headers["webhook-id"] ?? "",
      WEBHOOK_TIMESTAMP: sent.headers["webhook-timestamp"] ?? "",
      WEBHOOK_SECRET: secret,
    }
    const signature = execFileSync("sh", ["-c", example("sh")], { cwd: folder, env })
      .toString()
      .trim()
    expect(signature).toBe(sent.headers["webhook-signature"])
  })
})
