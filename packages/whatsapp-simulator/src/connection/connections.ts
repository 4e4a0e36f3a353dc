import type { ClientConnection } from "./client-connection.ts"
import type { LinkedDevice } from "./linked-device.ts"

/** Which device is on which connection. */
export class Connections {
  private readonly open = new Set<ClientConnection>()
  private readonly byDevice = new Map<LinkedDevice, ClientConnection>()
  private readonly devices = new Map<ClientConnection, LinkedDevice>()
  private readonly replaced = new WeakSet<ClientConnection>()

  opened(connection: ClientConnection): void {
    this.open.add(connection)
  }

  /** Binds a device to its connection; returns the connection it had before, if that is still open. */
  loggedIn(device: LinkedDevice, connection: ClientConnection): ClientConnection | undefined {
    const before = this.byDevice.get(device)
    if (before) {
      this.release(before)
      this.replaced.add(before)
    }
    this.byDevice.set(device, connection)
    this.devices.set(connection, device)
    return before
  }

  closed(connection: ClientConnection): void {
    this.open.delete(connection)
    this.release(connection)
  }

  deviceOf(connection: ClientConnection): LinkedDevice | undefined {
    return this.devices.get(connection)
  }

  /** Its device has logged in on another one since. */
  isReplaced(connection: ClientConnection): boolean {
    return this.replaced.has(connection)
  }

  connectionOf(device: LinkedDevice): ClientConnection | undefined {
    return this.byDevice.get(device)
  }

  all(): ClientConnection[] {
    return [...this.open]
  }

  private release(connection: ClientConnection): void {
    const device = this.devices.get(connection)
    if (!device) return
    device.goOffline(connection)
    this.devices.delete(connection)
    if (this.byDevice.get(device) === connection) this.byDevice.delete(device)
  }
}
