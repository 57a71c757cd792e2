/** Debian's Chromium, and a server for it: with the headers that isolate a page, or without. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";

/** Why tests in a browser are skipped, if they are. */
export const noChromium = existsSync(EXECUTABLE) ? undefined : `${EXECUTABLE} is not installed`;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      ...["--headless", "--no-sandbox", "--disable-background-networking"],
      ...["--use-angle=swiftshader", "--enable-unsafe-swiftshader"], // WebGL without a GPU
    ],
  });
}

/** What makes a page cross-origin isolated, so that its threads may share memory. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface Site {
  readonly url: string;
  close(): void;
}

/** Serves a folder as any static host does. */
export async function serve(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<Site> {
  const server: Server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, "http://localhost");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const content = await readFile(file).catch(() => undefined);
    const type = types[extname(file)] ?? "application/octet-stream";
    response.writeHead(content ? 200 : 404, { ...headers, "Content-Type": type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
