const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Returns a key that stands twice in a JSON object, of which JSON.parse takes the last; undefined where there is none.
 * Objects in the object may repeat theirs.
 *
 * @param json an object that JSON.parse accepts, of any length
 */
export function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let isKey = false; // whether the next string of the outermost object is a key
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{" || character === "[") {
      depth++;
      isKey = depth === 1;
    } else if (character === "}" || character === "]") depth--;
    else if (character === ",") isKey = depth === 1;
    else if (character === '"') {
      const end = endOfString(json, at);
      if (isKey && depth === 1) {
        const key: string = JSON.parse(json.slice(at, end + 1));
        if (seen.has(key)) return key;
        seen.add(key);
      }
      isKey = false;
      at = end;
    }
  }
  return undefined;
}

/** Returns where a string ends that begins at `start`: a regular expression has no stack for long ones. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
}
