/** What pax says of the next file, of what a reader of files needs. */
export interface PaxHeader {
  readonly path?: string;
  readonly link?: string;
  readonly size?: number;
}

const NEWLINE = 10;
const BLANK = 32;

/**
 * Reads the records `<length> <key>=<value>\n` of a pax header; the length counts all of the record.
 *
 * Source: POSIX.1-2017, pax, "pax Extended Header"
 *
 * @param refuse called with what is wrong
 */
export function parsePax(bytes: Uint8Array, refuse: (problem: string) => never): PaxHeader {
  const text = new TextDecoder();
  let header: PaxHeader = {};
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const blank = bytes.indexOf(BLANK, at);
    const digits = text.decode(bytes.subarray(at, Math.max(at, blank)));
    const length = /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    if (end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== NEWLINE) {
      return refuse("expected records of a length, a key and a value in a pax header, got something else");
    }
    const key = text.decode(bytes.subarray(blank + 1, equals));
    const value = text.decode(bytes.subarray(equals + 1, end - 1));
    if (key.startsWith("GNU.sparse.")) return refuse("expected whole files, got a file with holes (sparse)");
    if (key === "path") header = { ...header, path: value };
    else if (key === "linkpath") header = { ...header, link: value };
    else if (key === "size") {
      if (!/^\d{1,15}$/.test(value))
        return refuse(`expected a size in a pax header, got ${JSON.stringify(value)}`);
      header = { ...header, size: Number(value) };
    }
    at = end;
  }
  return header;
}
