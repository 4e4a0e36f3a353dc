import type { Device } from "../directory/device.ts"
import type { Directory } from "../directory/directory.ts"
import { addressingOf, isGroupAddress, isSharedAddress, parseAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, children, node } from "../stanza/nodes.ts"
import { receiptIds } from "./pending-stanzas.ts"

/** Receipts between a client and the server or its own phone; nobody else sees them. */
const privateTypes = new Set(["sender", "peer_msg", "hist_sync", "read-self", "server-error"])

/** A receipt as it was given: by whom, for which messages. Type undefined means delivered. */
export type GivenReceipt = { reader: Device; messageIds: string[]; type: string | undefined; chat: string }

/** Takes a receipt from one device to the author of the messages it names. */
export class ReceiptRouter {
  private readonly directory: Directory
  private readonly listeners: ((receipt: GivenReceipt) => void)[] = []

  constructor(directory: Directory) {
    this.directory = directory
  }

  onReceipt(listener: (receipt: GivenReceipt) => void): void {
    this.listeners.push(listener)
  }

  route(reader: Device, receipt: Stanza): void {
    const chat = attribute(receipt, "to") ?? ""
    const type = attribute(receipt, "type")
    const given = { reader, messageIds: receiptIds(receipt), type, chat }
    for (const listener of this.listeners) listener(given)
    if (type !== undefined && privateTypes.has(type)) return
    const author = attribute(receipt, "participant") ?? chat
    const outgoing = node("receipt", this.attributes(reader, receipt), children(receipt))
    for (const device of this.targets(author, type)) device.deliver(outgoing)
  }

  /** A retry request concerns the device that encrypted; any other receipt all devices of the author. */
  private targets(author: string, type: string | undefined): Device[] {
    if (type !== "retry") return [...(this.directory.user(author)?.devices.values() ?? [])]
    const device = this.directory.device(author)
    return device ? [device] : []
  }

  private attributes(reader: Device, receipt: Stanza): Record<string, string | number | undefined> {
    const to = attribute(receipt, "to") ?? ""
    const type = attribute(receipt, "type")
    const shared = {
      id: attribute(receipt, "id"),
      t: nowSeconds(),
      type: type === "inactive" ? undefined : type,
    }
    if (!isSharedAddress(to)) return { ...shared, from: reader.user.address(addressingOf(to), reader.id) }
    const addressing = addressingOf(attribute(receipt, "participant") ?? to)
    return { ...shared, from: normalized(to), participant: reader.user.address(addressing, reader.id) }
  }
}

/** A group as receipts name it: without the device a client may have put in. */
function normalized(jid: string): string {
  return isGroupAddress(jid) ? `${parseAddress(jid)?.user ?? ""}@g.us` : jid
}
