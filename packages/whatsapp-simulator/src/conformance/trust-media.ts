import tls from "node:tls"
import type { Simulator } from "../simulator.ts"

/** Makes this process trust the media server, as NODE_EXTRA_CA_CERTS does for a process of its own. */
export function trustMedia(simulator: Simulator): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), simulator.mediaCaPem])
}
