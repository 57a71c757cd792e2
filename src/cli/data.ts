/** `metagrad data`: published image sets, decoded from their authors' archives. */
import { command, interrupted, interruption, positiveInteger } from "./command.js";
import { withProgress } from "./progress.js";

export const data = command("data")
  .summary("add, list and check published image sets")
  .description(
    "Image sets as their authors publish them, decoded once and kept in a folder:\n" +
      "METAGRAD_DATA if it is set, else metagrad in the system's folder for caches.",
  );

data
  .command("add")
  .summary("decode a data set and keep it")
  .description(
    "Decode a data set from the archives of its authors, or your own folder of\n" +
      "classes, verify it and keep it. Ctrl-C stops; the same command goes on.",
  )
  .argument("<set>", "a name that `metagrad data list` shows, or folder")
  .requiredOption("--from <path>", "the folder that holds the archives, or the zip itself")
  .option("--name <name>", "what to call your own set: for folder")
  .option("--size <n>", "pixels in a row and in a column (default: the set's own)", positiveInteger)
  .option("--gray", "one channel, as gray files have, for colour, too: for folder")
  .option("--jobs <n>", "threads that decode (default: one a core)", positiveInteger)
  .addHelpText(
    "after",
    "\nExamples:\n  $ metagrad data add omniglot --from ~/Downloads" +
      "\n  $ metagrad data add folder --name pets --from ~/pets --size 84",
  )
  .action(async (name, { from, name: ownName, size, gray, jobs }) => {
    const { addDataset, knownSets, folderSet } = await import("../datasets/index.js");
    const { ConfigError, suggestion } = await import("../errors.js");
    const isFolder = name === "folder";
    if (isFolder && !isOwnName(ownName)) {
      const rule = "letters, digits, dots and dashes, and not the name of a known set, e.g. --name pets";
      const got = ownName === undefined ? "no --name. Say what to call your set" : ownName;
      throw new ConfigError(`data add folder: --name must be ${rule}, got ${got}`);
    }
    const set = isFolder ? folderSet(ownName!, gray ?? false) : knownSets[name];
    if (set === undefined) {
      const names = [...Object.keys(knownSets), "folder"];
      const hint = suggestion(name, names) || ` Expected ${names.join(", ")}`;
      throw new ConfigError(`data add: ${name} is not a set that is known.${hint}`);
    }
    if (!isFolder && (ownName !== undefined || gray)) {
      throw new ConfigError(`data add ${name}: --name and --gray are for folder`);
    }

    function isOwnName(own = ""): boolean {
      return /^[a-z0-9][a-z0-9._-]*$/i.test(own) && knownSets[own] === undefined && own !== "folder";
    }

    const label = ownName ?? name;
    const signal = interruption();
    const start = performance.now();
    const made = await withProgress((progress) => {
      progress.phase(`${label}  reading ${from}`);
      return addDataset(label, set, from, {
        ...(size !== undefined && { size }),
        ...(jobs !== undefined && { workers: jobs }),
        signal,
        note: progress.note,
        progress: (step, steps) => {
          const seconds = (performance.now() - start) / 1000;
          progress.update({ label, step, steps, seconds, unit: "images" });
        },
      });
    });
    if (made === undefined) interrupted(signal, "stopped, the same command goes on");
    else for (const path of made) console.log(path);
  });

data
  .command("list")
  .summary("show what is there, and what can be added")
  .option("--json", "print one JSON object a line")
  .action(async ({ json }) => {
    const { knownSets, listDatasets } = await import("../datasets/index.js");
    const { alignColumns } = await import("./table-text.js");
    const files = listDatasets();
    const missing = Object.entries(knownSets).filter(([name]) => files.every((it) => it.name !== name));
    if (json) {
      for (const { name, path, store, problem } of files) {
        const about = store && { ...summaryOf(store), checksum: store.checksum, splits: splitSizes(store) };
        console.log(JSON.stringify({ name, added: true, path, ...about, problem }));
      }
      for (const [name, { summary, origin }] of missing) {
        console.log(JSON.stringify({ name, added: false, summary, origin }));
      }
      return;
    }
    const rows = files.map(({ name, path, store, problem }) => {
      if (store === undefined) return [name, `damaged: ${problem}`];
      const { classes, images, size, bytes } = summaryOf(store);
      const counts = `${classes.toLocaleString("en-US")} classes, ${images.toLocaleString("en-US")} images`;
      return [name, `${size}, ${counts}, ${(bytes / 1e6).toFixed(0)} MB, ${path}`];
    });
    const others = missing.map(([name, { summary }]) => [name, `not added: ${summary}`]);
    console.log(alignColumns([...rows, ...others]).join("\n"));
    if (missing.length > 0) console.log("\nAdd one by: metagrad data add <set> --from <folder>");
  });

data
  .command("check")
  .summary("verify the checksums of what is there")
  .argument("[name]", "a data set (default: all)")
  .action(async (name) => {
    const { howToAdd, listDatasets, verifyImageStore } = await import("../datasets/index.js");
    const { ConfigError, FormatError, suggestion } = await import("../errors.js");
    const all = listDatasets();
    const files = all.filter((it) => name === undefined || it.name === name);
    if (name !== undefined && files.length === 0) {
      const names = all.map((it) => it.name);
      throw new ConfigError(
        `data check: ${name} is not there.${suggestion(name, names) || ` ${howToAdd(name)}`}`,
      );
    }
    const problems: string[] = [];
    for (const { name: found, path, store } of files) {
      try {
        await withProgress((progress) => {
          progress.phase(`checking ${path}`);
          verifyImageStore(path);
        });
        console.log(`ok  ${found}  ${store!.checksum}  ${path}`);
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    if (problems.length > 0) throw new FormatError(problems.join("\nerror: "));
  });

interface Stored {
  readonly layout: { readonly height: number; readonly width: number; readonly channels: number };
  readonly classes: readonly { readonly images: number }[];
  readonly splits: Readonly<Record<string, readonly number[]>>;
  readonly bytes: number;
}

function summaryOf({ layout, classes, bytes }: Stored) {
  const { height, width, channels } = layout;
  const images = classes.reduce((total, it) => total + it.images, 0);
  return { classes: classes.length, images, size: `${height}x${width}x${channels}`, bytes };
}

/** Numbers of classes, by split. */
function splitSizes({ splits }: Stored): Record<string, number> {
  return Object.fromEntries(Object.entries(splits).map(([split, { length }]) => [split, length]));
}
