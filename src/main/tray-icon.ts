/** Draws the tray's icons: each worst state has a shape of its own, so that colour is never all that tells them apart. */
import { crc32, deflateSync } from 'node:zlib';
import type { WorstState } from './alert-summary.ts';

type Rgb = readonly [number, number, number];
/** True inside; x and y go from -1 to 1, y downwards. */
type Shape = (x: number, y: number) => boolean;

interface Drawing {
  readonly ground: Rgb;
  readonly shape: Shape;
  /** What is cut into the shape. */
  readonly mark: Shape;
  readonly markColour: Rgb;
}

const white: Rgb = [255, 255, 255];
const dark: Rgb = [24, 20, 8];

const disc =
  (radius: number): Shape =>
  (x, y) =>
    Math.hypot(x, y) <= radius;
const nothing: Shape = () => false;
const exclamation =
  (shift: number): Shape =>
  (x, y) =>
    (Math.abs(x) <= 0.14 && y >= -0.55 + shift && y <= 0.15 + shift) || Math.hypot(x, y - 0.45 - shift) <= 0.17;

const drawings: Readonly<Record<WorstState, Drawing>> = {
  critical: { ground: [217, 58, 66], shape: disc(0.95), mark: exclamation(0), markColour: white },
  warning: {
    ground: [232, 168, 56],
    shape: (x, y) => y <= 0.85 && y >= -0.95 && Math.abs(x) <= (y + 0.95) * 0.56,
    mark: (x, y) => exclamation(0.18)(x, y),
    markColour: dark,
  },
  info: {
    ground: [92, 148, 224],
    shape: (x, y) => Math.abs(x) <= 0.95 && Math.abs(y) <= 0.95,
    mark: (x, y) => exclamation(0)(x, -y),
    markColour: white,
  },
  /** The eye of the name. */
  well: {
    ground: [70, 166, 104],
    shape: (x, y) => (Math.hypot(x, y) <= 0.95 && Math.hypot(x, y) >= 0.68) || Math.hypot(x, y) <= 0.36,
    mark: nothing,
    markColour: white,
  },
  unknown: {
    ground: [140, 146, 156],
    shape: (x, y) => Math.hypot(x, y) <= 0.95 && Math.hypot(x, y) >= 0.68 && Math.abs(x) >= 0.22,
    mark: nothing,
    markColour: white,
  },
};

/** Points of each pixel that are looked at, in each direction. */
const finesse = 4;

/** A PNG with a transparent ground. @param sizePx of both sides */
export function trayIcon(state: WorstState, sizePx: number): Buffer {
  const drawing = drawings[state];
  const rows: Buffer[] = [];
  for (let row = 0; row < sizePx; row += 1) {
    const line = Buffer.alloc(1 + sizePx * 4);
    for (let column = 0; column < sizePx; column += 1) line.set(pixel(drawing, column, row, sizePx), 1 + column * 4);
    rows.push(line);
  }
  return png(sizePx, Buffer.concat(rows));
}

function pixel({ ground, shape, mark, markColour }: Drawing, column: number, row: number, sizePx: number): number[] {
  let inside = 0;
  let marked = 0;
  for (let step = 0; step < finesse * finesse; step += 1) {
    const x = ((column + ((step % finesse) + 0.5) / finesse) / sizePx) * 2 - 1;
    const y = ((row + (Math.floor(step / finesse) + 0.5) / finesse) / sizePx) * 2 - 1;
    if (!shape(x, y)) continue;
    inside += 1;
    if (mark(x, y)) marked += 1;
  }
  const share = inside === 0 ? 0 : marked / inside;
  const mixed = ground.map((value, index) => Math.round(value * (1 - share) + (markColour[index] ?? 0) * share));
  return [...mixed, Math.round((255 * inside) / (finesse * finesse))];
}

/** Source: PNG specification, third edition: signature, IHDR with 8 bits of RGBA, IDAT, IEND; each line begins with its filter, 0. */
function png(sizePx: number, lines: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
