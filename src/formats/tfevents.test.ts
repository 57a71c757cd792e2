import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";
import { bytesField, doubleField, varintField } from "./protobuf.js";
import { decodeEvents, encodeFileVersion, encodeScalars, type ScalarEvent } from "./tfevents.js";
import { crc32c, encodeRecord } from "./tfrecord.js";

// tensorboard 2.21.0: RecordWriter and event_pb2, with a log message between the two events. What the
// encoder makes of the same events was read back by its EventAccumulator.
const golden = fromBase64(
  "GAAAAAAAAACjf0siCQAAIED8VNlBGg1icmFpbi5FdmVudDoyKzUxECkAAAAAAAAAN/9fAAkAAFBA/FTZQSoeChEKCnRyYWlu" +
    "L2xvc3MVAAAAPwoJCgJschVvEoM6DhSbBxQAAAAAAAAAXj0pFQkAAGBA/FTZQTIJEgdza2lwIG1l+i6JwCQAAAAAAAAAQiuA" +
    "TQkAAIBA/FTZQRCA5JfQEioTChEKCnRyYWluL2xvc3MVAADAv0ESNPs=",
);

const events: readonly ScalarEvent[] = [
  { wallTime: 1700000001.25, step: 0, scalars: { "train/loss": 0.5, lr: Math.fround(1e-3) } },
  { wallTime: 1700000002, step: 5_000_000_000, scalars: { "train/loss": -1.5 } },
];

test("TensorBoard's own file is read", () => {
  expect(decodeEvents(golden)).toEqual({ events, wholeBytes: golden.length });
});

test("a record is byte for byte TensorBoard's", () => {
  const last = encodeScalars(events[1]!);
  expect(golden.subarray(golden.length - last.length)).toEqual(last);
  const version = encodeFileVersion(1700000000.5);
  expect(golden.subarray(0, version.length)).toEqual(version);
});

test("CRC-32C has its check value", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("events are the same after a round trip", () => {
  const value = fc.float({ noNaN: true }).map((x) => x + 0);
  const event = fc.record({
    wallTime: fc.double({ min: 0, max: 4e9 }),
    step: fc.maxSafeNat(),
    scalars: fc.dictionary(fc.string({ unit: "binary" }), value, { minKeys: 1, noNullPrototype: true }),
  });
  fc.assert(
    fc.property(fc.array(event), (list) => {
      const bytes = concatBytes([encodeFileVersion(1), ...list.map(encodeScalars)]);
      expect(decodeEvents(bytes).events).toEqual(list);
    }),
  );
});

test("a file torn anywhere gives its whole events, and where they end", () => {
  const head = concatBytes([encodeFileVersion(1), encodeScalars(events[0]!)]);
  const whole = concatBytes([head, encodeScalars(events[1]!)]);
  for (let length = head.length; length < whole.length; length++) {
    expect(decodeEvents(whole.subarray(0, length))).toEqual({ events: [events[0]], wholeBytes: head.length });
  }
});

test("a flipped bit is found, wherever it is", () => {
  for (let i = 0; i < golden.length; i++) {
    const bytes = golden.slice();
    bytes[i]! ^= 4;
    expect(() => decodeEvents(bytes, "events.out")).toThrow(
      /^events.out: the checksum of the record at byte \d+ is wrong$/,
    );
  }
});

test("what makes no sense is refused by name", () => {
  expect(() => encodeScalars({ wallTime: 0, step: -1, scalars: {} })).toThrow(
    "encodeScalars: step must be an integer >= 0, got -1",
  );
  expect(() => encodeScalars({ wallTime: 0, step: 0, scalars: { "\ud800": 1 } })).toThrow(
    'encodeScalars: expected tags in Unicode, got "\\ud800"',
  );
  expect(() => decodeEvents(encodeRecord(new Uint8Array(0)))).toThrow(
    "tfevents: expected brain.Event:2 as the first event",
  );
  expect(() => decodeEvents(encodeRecord(Uint8Array.of(0x0a, 9)))).toThrow(
    "tfevents: expected whole fields, got a message that ends inside one",
  );
});

test.each<[what: string, event: readonly Uint8Array[], message: string]>([
  [
    "a step of another kind",
    [bytesField(2, "7")],
    "a.events: event 1: step: expected a field of kind varint, got bytes",
  ],
  [
    "a negative step",
    [Uint8Array.of(0x10, ...new Array(9).fill(0xff), 1)],
    "a.events: event 1: expected a step from 0",
  ],
  [
    "a wall time of another kind",
    [varintField(1, 3)],
    "a.events: event 1: wall time: expected a field of kind double",
  ],
  [
    "a value of another kind",
    [bytesField(5, bytesField(1, concatBytes([bytesField(1, "loss"), doubleField(2, 0.5)])))],
    "a.events: event 1: loss: expected a field of kind float, got double",
  ],
  [
    "a tag that is no text",
    [bytesField(5, bytesField(1, bytesField(1, Uint8Array.of(0xff))))],
    "a.events: event 1: expected text in UTF-8, got other bytes",
  ],
])("%s is refused, though its checksum is right", (_, event, message) => {
  const bytes = concatBytes([encodeFileVersion(1), encodeRecord(concatBytes(event))]);
  expect(() => decodeEvents(bytes, "a.events")).toThrow(FormatError);
  expect(() => decodeEvents(bytes, "a.events")).toThrow(message);
});

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
