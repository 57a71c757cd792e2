/** The other end of `Server`: answers each line of its own with a line of JSON, until there are no more. */
import { createInterface } from "node:readline";

export async function serve(answer: (line: string) => unknown): Promise<void> {
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line)));
  }
}
