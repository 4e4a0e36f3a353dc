import { execFile } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Unpacks the files of a .deb (bytes) into a folder; needs only tar (with xz), as dpkg is missing outside Debian. */
export async function unpackDeb(bytes, folder) {
  const { name, content } = memberOf(bytes, "data.tar")
  const archive = join(folder, name)
  writeFileSync(archive, content)
  await run("tar", ["-xf", archive, "-C", folder])
  rmSync(archive)
}

/** A .deb is an ar archive: 8 bytes of signature, then members of a 60 byte header and content on even offsets. */
function memberOf(bytes, prefix) {
  for (let at = 8; at + 60 <= bytes.length;) {
    const name = bytes
      .toString("latin1", at, at + 16)
      .trim()
      .replace(/\/$/, "")
    const size = Number(bytes.toString("latin1", at + 48, at + 58))
    if (name.startsWith(prefix)) return { name, content: bytes.subarray(at + 60, at + 60 + size) }
    at += 60 + size + (size % 2)
  }
  throw new Error(`a package without ${prefix}`)
}
