/** 1 November 2026, 08:00:00, as the two 16-bit numbers of a zip: time, then date. */
const TIME = 8 << 11;
const DATE = ((2026 - 1980) << 9) | (11 << 5) | 1;

/** The same archive with one date for all its entries: else its bytes would differ with the time of writing. */
export function fixZipDates(zip: Buffer): Buffer {
  const fixed = Buffer.from(zip);
  const end = fixed.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = fixed.readUInt32LE(end + 16);
  for (let left = fixed.readUInt16LE(end + 10); left > 0; left -= 1) {
    stamp(fixed, at + 12);
    stamp(fixed, fixed.readUInt32LE(at + 42) + 10);
    at += 46 + fixed.readUInt16LE(at + 28) + fixed.readUInt16LE(at + 30) + fixed.readUInt16LE(at + 32);
  }
  return fixed;
}

function stamp(zip: Buffer, at: number): void {
  zip.writeUInt16LE(TIME, at);
  zip.writeUInt16LE(DATE, at + 2);
}
