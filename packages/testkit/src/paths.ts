import { fileURLToPath } from "node:url"

/** The repository's folder, without a slash at its end. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "")

/** What the bootstrap unpacked; likewise the browser, in a folder named after its version. */
export const serversFolder: string = `${root}/.runtime/servers`
export const browsersFolder: string = `${root}/.runtime/browsers`
