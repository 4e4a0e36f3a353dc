import type { WAPatchName } from "@whiskeysockets/baileys"
import type { LinkedDevice } from "../connection/linked-device.ts"
import { serverAddress } from "../stanza/addresses.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { node } from "../stanza/nodes.ts"
import { Collection, type Fact } from "./collection.ts"
import { type AppStateKey, createAppStateKey } from "./mutation-keys.ts"

/** What an account's devices agree on beside the messages: archived chats, stars, names of contacts. */
export class AppState {
  readonly key: AppStateKey = createAppStateKey()
  private readonly collections = new Map<string, Collection>()

  collection(name: string): Collection {
    const collection = this.collections.get(name) ?? new Collection(name, this.key)
    this.collections.set(name, collection)
    return collection
  }

  /** Everything that is set now. */
  get facts(): Fact[] {
    return [...this.collections.values()].flatMap(({ facts }) => facts)
  }

  /** The phone changes something, and its clients are told to fetch it. */
  change(name: WAPatchName, facts: Fact[], clients: readonly LinkedDevice[]): void {
    this.collection(name).add(facts)
    this.announce(name, clients)
  }

  announce(name: string, clients: readonly LinkedDevice[]): void {
    const { version } = this.collection(name)
    for (const client of clients) {
      const attributes = { type: "server_sync", from: serverAddress, id: stanzaId(), t: nowSeconds() }
      client.deliver(node("notification", attributes, [node("collection", { name, version })]))
    }
  }
}
