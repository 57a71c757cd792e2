/**
 * Damaged files of every format that is read: each is read or refused, never with an error in JavaScript's own words,
 * nor with more memory than its size allows. `npm run bench:mutations` reads 10,000 of each.
 */
import { afterAll, expect, test } from "vitest";
import { countAllocations } from "./mutations/allocations.js";
import { damagedFile, judge, type Subject } from "./mutations/judge.js";
import { openSubjects } from "./mutations/subjects.js";

const { subjects, close } = await openSubjects();
afterAll(close);

const QUICK = 50;
const MANY = 500;

test.each(subjects)(`${QUICK} damaged files are read or refused: $name`, (subject) => {
  expect(judge(subject, QUICK).faults).toEqual([]);
});

test.each(subjects)(`${MANY} damaged files are read or refused: $name`, { tags: ["slow"] }, (subject) => {
  const { faults, read, refused } = judge(subject, MANY);
  expect(faults).toEqual([]);
  // else the damage is too small or too large to try a reader
  expect(read).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  expect(read + refused).toBe(MANY);
});

test.each(subjects)("damage is the same in every run: $name", (subject) => {
  expect(damagedFile(subject, 7)).toEqual(damagedFile(subject, 7));
  const files = Array.from({ length: 30 }, (_, index) => damagedFile(subject, index).join());
  expect(new Set(files).size).toBeGreaterThan(15);
});

test("a reader that fails in JavaScript's words, hides the file's name or asks for too much is found", () => {
  const faulty: Subject = {
    ...subjects[0]!,
    read(bytes) {
      const [first = 0] = bytes;
      if (first % 3 === 0) new DataView(new ArrayBuffer(1)).getUint32(0);
      if (first % 3 === 1) new Uint8Array(2 ** 30);
      subjects[0]!.read(bytes.subarray(0, 3));
    },
    damaged: (rng) => Uint8Array.of(rng.integer(3)),
    named: /^b\.zip/,
  };
  const problems = new Set(judge(faulty, 30).faults.map(({ problem }) => problem.slice(0, 22)));
  expect([...problems].sort()).toEqual([
    "1073741824 bytes of me",
    "RangeError: Offset is ",
    "does not name the file",
  ]);
});

test("memory is counted as it is asked for: by length and by content, not for views, nor beyond a limit", () => {
  const asked = countAllocations(() => {
    const numbers = new Float64Array(4);
    new Uint8Array(numbers.buffer, 8, 8);
    new Uint8Array([1, 2, 3]);
    expect(numbers).toBeInstanceOf(Float64Array);
    expect(new Uint8Array(2).subarray(1)).toBeInstanceOf(Uint8Array);
  }, 100);
  expect(asked).toBe(32 + 3 + 2);
  expect(() => countAllocations(() => void new Int32Array(100), 399)).toThrow(
    "asked for 400 bytes of memory",
  );
  expect(new Uint8Array(400)).toHaveLength(400);
});
