import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:https"
import type { RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A media host with a certificate of its own, that only those trust who are given `caFile`. */
export async function startHttpsHost(answer: RequestListener) {
  const folder = mkdtempSync(join(tmpdir(), "wildcat-ca-"))
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
  const keyOptions = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
  execFileSync("openssl", ["req", "-x509", ...keyOptions, ...subject, "-keyout", key, "-out", cert], { stdio: "pipe" })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve))
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    caFile: cert,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}
