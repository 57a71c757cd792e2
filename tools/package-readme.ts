/**
 * Gives README.md the links of a package's page while npm packs it: a page of a registry has none of the files beside
 * it, so links into the repository carry its address. Afterwards, the README is as it was.
 *
 *     tsx tools/package-readme.ts absolute|relative      (scripts prepack and postpack)
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const readme = new URL("README.md", root);
  const text = readFileSync(readme, "utf8");
  writeFileSync(readme, process.argv[2] === "absolute" ? withAbsoluteLinks(text) : withRelativeLinks(text));
}

/** Where the repository's files are shown, and where they are served as they are. */
function addresses(): { readonly shown: string; readonly served: string } {
  const { repository } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const shown = `${repository.url.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/main/`;
  return { shown, served: shown.replace("/blob/", "/raw/") };
}

/** Returns a README in which links to files of the repository have its address. Code in brackets is no link. */
export function withAbsoluteLinks(text: string): string {
  const { shown, served } = addresses();
  const from = (address: string) => (target: string) => (isFile(target) ? address + target : target);
  return text
    .replaceAll(/(?<=\]\()[^)\s:]+(?=\))/g, from(shown))
    .replaceAll(/(?<=<img [^>]*\bsrc=")[^":]+/g, from(served));
}

function isFile(target: string): boolean {
  const path = target.replace(/#.*/, "");
  return path !== "" && existsSync(new URL(path, root));
}

/** Undoes `withAbsoluteLinks`. */
export function withRelativeLinks(text: string): string {
  const { shown, served } = addresses();
  return text.replaceAll(`](${shown}`, "](").replaceAll(`src="${served}`, 'src="');
}
