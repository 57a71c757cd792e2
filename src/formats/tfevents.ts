/**
 * TensorBoard's event files: scalars over steps.
 *
 * Source: tensorflow/tensorboard, compat/proto/event.proto and summary.proto
 * Checked against: TensorBoard 2.21.0, EventFileLoader (see the golden file in the test)
 * Differs: of the messages, file version and scalars; others are skipped.
 *
 * @module
 */
import { ConfigError, FormatError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";
import {
  bytesField,
  doubleField,
  type Field,
  type FieldKind,
  floatField,
  readFields,
  varintField,
} from "./protobuf.js";
import { decodeRecords, encodeRecord } from "./tfrecord.js";
import { decodeUtf8, isUnicode } from "./unicode.js";

/** Scalars of one step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Value by tag, as float32. */
  readonly scalars: Readonly<Record<string, number>>;
}

export interface TfEvents {
  readonly events: readonly ScalarEvent[];
  /** Bytes of whole records. Fewer than the file's if the last one is torn: cut it off before appending. */
  readonly wholeBytes: number;
}

const VERSION = "brain.Event:2";

// field numbers: Event, Summary, Summary.Value
const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const VALUE = 1;
const TAG = 1;
const SIMPLE_VALUE = 2;

/** Returns the first bytes of an event file. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return encodeRecord(concatBytes([doubleField(WALL_TIME, wallTime), bytesField(FILE_VERSION, VERSION)]));
}

/**
 * Returns the bytes that append an event to a file.
 *
 * @throws ConfigError unless step is an integer >= 0, and tags are Unicode
 */
export function encodeScalars({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new ConfigError(`encodeScalars: step must be an integer >= 0, got ${step}`);
  }
  const alien = Object.keys(scalars).find((tag) => !isUnicode(tag));
  if (alien !== undefined) {
    throw new ConfigError(`encodeScalars: expected tags in Unicode, got ${JSON.stringify(alien)}`);
  }
  const values = Object.entries(scalars).map(([tag, value]) => {
    return bytesField(VALUE, concatBytes([bytesField(TAG, tag), floatField(SIMPLE_VALUE, value)]));
  });
  const summary = bytesField(SUMMARY, concatBytes(values));
  return encodeRecord(concatBytes([doubleField(WALL_TIME, wallTime), varintField(STEP, step), summary]));
}

/**
 * Returns the scalars of an event file.
 *
 * @param name the file's, for error messages
 * @throws FormatError for a wrong checksum, for a file that does not begin with a version, and for an event that is
 *   damaged, though its checksum is right
 */
export function decodeEvents(bytes: Uint8Array, name = "tfevents"): TfEvents {
  const { records, wholeBytes } = decodeRecords(bytes, name);
  const [first, ...rest] = records;
  if (first !== undefined && readVersion(first, name) !== VERSION) {
    throw new FormatError(`${name}: expected ${VERSION} as the first event, got another`);
  }
  const events = rest
    .map((record, k) => readEvent(record, `${name}: event ${k + 1}`))
    .filter(({ scalars }) => Object.keys(scalars).length > 0);
  return { events, wholeBytes };
}

function readVersion(record: Uint8Array, who: string): string | undefined {
  for (const it of readFields(record, who)) {
    if (it.field === FILE_VERSION) return text(expectKind(it, "bytes", `${who}: version`).bytes, who);
  }
  return undefined;
}

function readEvent(record: Uint8Array, who: string): ScalarEvent {
  let wallTime = 0;
  let step = 0;
  const scalars: [tag: string, value: number][] = [];
  for (const it of readFields(record, who)) {
    if (it.field === WALL_TIME) wallTime = expectKind(it, "double", `${who}: wall time`).number;
    else if (it.field === STEP) step = expectKind(it, "varint", `${who}: step`).number;
    else if (it.field === SUMMARY) {
      for (const value of readFields(expectKind(it, "bytes", `${who}: summary`).bytes, who)) {
        if (value.field !== VALUE) continue;
        scalars.push(...readScalar(expectKind(value, "bytes", `${who}: value`).bytes, who));
      }
    }
  }
  if (!Number.isSafeInteger(step)) {
    throw new FormatError(`${who}: expected a step from 0 to 2⁵³ − 1, got ${step}`);
  }
  return { wallTime, step, scalars: Object.fromEntries(scalars) };
}

/** Returns tag and value, or nothing if the value is not a scalar. */
function readScalar(message: Uint8Array, who: string): [tag: string, value: number][] {
  let tag = "";
  let scalar: number | undefined;
  for (const it of readFields(message, who)) {
    if (it.field === TAG) tag = text(expectKind(it, "bytes", `${who}: tag`).bytes, who);
    else if (it.field === SIMPLE_VALUE) scalar = expectKind(it, "float", `${who}: ${tag}`).number;
  }
  return scalar === undefined ? [] : [[tag, scalar]];
}

function expectKind(field: Field, kind: FieldKind, who: string): Field {
  if (field.kind === kind) return field;
  throw new FormatError(`${who}: expected a field of kind ${kind}, got ${field.kind}`);
}

function text(bytes: Uint8Array, who: string): string {
  const decoded = decodeUtf8(bytes);
  if (decoded !== undefined) return decoded;
  throw new FormatError(`${who}: expected text in UTF-8, got other bytes`);
}
