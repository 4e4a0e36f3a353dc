import { generate } from "selfsigned"

export type CertificateAuthority = { cert: string; key: string }
export type ServerCertificate = { cert: string; key: string }

const validityMs = 10 * 365 * 86_400_000
const keyOptions = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const

/** A certificate authority of the simulator's own, PEM. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "WhatsApp simulator CA" }], {
    ...keyOptions,
    notAfterDate: new Date(Date.now() + validityMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert, key }
}

/** A certificate for `localhost`, 127.0.0.1, ::1 and `host`, signed by the authority. */
export async function issueServerCertificate(ca: CertificateAuthority, host: string): Promise<ServerCertificate> {
  const isAddress = /^[\d.]+$|:/.test(host)
  const { cert, private: key } = await generate([{ name: "commonName", value: "WhatsApp simulator media" }], {
    ...keyOptions,
    ca,
    notAfterDate: new Date(Date.now() + validityMs),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
          isAddress ? { type: 7, ip: host } : { type: 2, value: host },
        ],
      },
    ],
  })
  return { cert, key }
}
