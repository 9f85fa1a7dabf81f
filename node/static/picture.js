// What is done to a picture of a page before it is sent: straightened by its four corners, turned, measured, made a
// JPEG. Pure arithmetic on canvases; it asks no device and no server. Used by camera.js alone.
"use strict";

const picture = (() => {
  const LONGEST_SIDE = 1920; // an A4 page at about 160 dpi: small print can be read
  const LARGEST_BYTES = 1.5 * 1024 * 1024;
  const MEASURED_WIDTH = 480;
  const BLURRED_BELOW = 45; // variance of the Laplacian; printed text in focus gives several hundred
  const CLIPPED_AT = 253;
  const GLARE_ABOVE = 0.06; // of all pixels; white paper under a lamp stays below 250
  const WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]]; // top left, top right, bottom right, bottom left, in shares of the frame

  function blank(width, height) {
    return Object.assign(document.createElement("canvas"), { width, height });
  }

  function still(video) {
    const canvas = blank(video.videoWidth, video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0);
    return canvas;
  }

  // A quarter turn to the right.
  function turned(from) {
    const canvas = blank(from.height, from.width);
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width, 0);
    pen.rotate(Math.PI / 2);
    pen.drawImage(from, 0, 0);
    return canvas;
  }

  // The page between four corners as a rectangle; nothing is drawn anew where the whole frame is wanted.
  function straightened(from, corners) {
    if (corners.every(([x, y], place) => x === WHOLE[place][0] && y === WHOLE[place][1])) return from;
    const points = corners.map(([x, y]) => [x * (from.width - 1), y * (from.height - 1)]);
    const [a, b, c, d] = points;
    const long = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    let width = Math.max(long(a, b), long(d, c), 16);
    let height = Math.max(long(a, d), long(b, c), 16);
    const shrink = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    width = Math.round(width * shrink);
    height = Math.round(height * shrink);
    const to = blank(width, height);
    const source = from.getContext("2d").getImageData(0, 0, from.width, from.height);
    const target = to.getContext("2d").createImageData(width, height);
    const [g, h, ax, bx, ay, by] = mapping(points);
    const pixels = new Uint32Array(source.data.buffer);
    const drawn = new Uint32Array(target.data.buffer);
    for (let y = 0; y < height; y += 1) {
      const v = y / (height - 1);
      for (let x = 0; x < width; x += 1) {
        const u = x / (width - 1);
        const depth = g * u + h * v + 1;
        const sx = Math.round((ax * u + bx * v + a[0]) / depth);
        const sy = Math.round((ay * u + by * v + a[1]) / depth);
        drawn[y * width + x] = pixels[Math.min(Math.max(sy, 0), from.height - 1) * from.width + Math.min(Math.max(sx, 0), from.width - 1)];
      }
    }
    to.getContext("2d").putImageData(target, 0, 0);
    return to;
  }

  // The unit square to a quadrilateral (Heckbert 1989, §2.2.3): the six numbers besides the first corner.
  function mapping([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
    const dx1 = x1 - x2, dx2 = x3 - x2, sx = x0 - x1 + x2 - x3;
    const dy1 = y1 - y2, dy2 = y3 - y2, sy = y0 - y1 + y2 - y3;
    const under = dx1 * dy2 - dx2 * dy1 || 1e-9;
    const g = (sx * dy2 - dx2 * sy) / under;
    const h = (dx1 * sy - sx * dy1) / under;
    return [g, h, x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3];
  }

  // What a person should look at again. A hint and never a bar: a pale page is not a blurred one.
  function measured(from) {
    const width = Math.min(MEASURED_WIDTH, from.width);
    const height = Math.max(3, Math.round((from.height * width) / from.width));
    const small = blank(width, height);
    small.getContext("2d").drawImage(from, 0, 0, width, height);
    const { data } = small.getContext("2d").getImageData(0, 0, width, height);
    const grey = new Float32Array(width * height);
    let clipped = 0;
    for (let at = 0; at < grey.length; at += 1) {
      const red = data[at * 4], green = data[at * 4 + 1], blue = data[at * 4 + 2];
      grey[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
      if (red >= CLIPPED_AT && green >= CLIPPED_AT && blue >= CLIPPED_AT) clipped += 1;
    }
    let sum = 0, squares = 0, count = 0;
    for (let y = 1; y < height - 1; y += 1) {
      for (let x = 1; x < width - 1; x += 1) {
        const at = y * width + x;
        const edge = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
        sum += edge;
        squares += edge * edge;
        count += 1;
      }
    }
    const sharpness = squares / count - (sum / count) ** 2;
    return { blurred: sharpness < BLURRED_BELOW, glare: clipped / grey.length > GLARE_ABOVE };
  }

  // A JPEG that a station can send over a thin line, and its SHA-256 as it is before it leaves this page.
  async function sealed(from) {
    let blob;
    for (const quality of [0.85, 0.75, 0.6, 0.45]) {
      blob = await new Promise((done) => from.toBlob(done, "image/jpeg", quality));
      if (blob.size <= LARGEST_BYTES) break;
    }
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    return { blob, sha256: [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  }

  return { WHOLE, still, turned, straightened, measured, sealed };
})();
