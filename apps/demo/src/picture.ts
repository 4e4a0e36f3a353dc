import { PNG } from "pngjs"

/** Draws a small PNG whose colours depend on `seed`: a real image that nobody else has sent. */
export function drawPicture(seed: number): Buffer {
  const size = 96
  const png = new PNG({ width: size, height: size })
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      png.data.set([(x * 2 + seed) % 256, (y * 2 + seed * 3) % 256, ((x ^ y) * 4) % 256, 255], (y * size + x) * 4)
    }
  }
  return PNG.sync.write(png)
}
