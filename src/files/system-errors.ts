/** Errors of the file system, in words. */
import { MetaError } from "../errors.js";

/** What someone can do about files of one kind. */
export interface Advice {
  /** Where a place cannot be written to, or something else is there. */
  readonly elsewhere: string;
  /** Where the disk, or the user's share of it, is full. */
  readonly full: string;
}

/** Does something with a file. @param file of which the system may not tell the name. @throws MetaError */
export type FileAction = <R>(file: string, action: () => R) => R;

/** How to work with files of one kind, so that a system error becomes a clear error, with advice. */
export function fileErrors({ elsewhere, full }: Advice): FileAction {
  const problems: Readonly<Record<string, string>> = {
    EACCES: `permission denied. ${elsewhere}`,
    EPERM: `permission denied. ${elsewhere}`,
    EROFS: `the file system is read-only. ${elsewhere}`,
    ENOSPC: `no space is left on the disk. ${full}`,
    EDQUOT: `this user's share of the disk is used up. ${full}`,
    EFBIG: "the file would be larger than the system allows, see `ulimit -f`",
    EIO: "the disk failed to read or write",
    ENOENT: "no such file or folder",
    ENOTDIR: `a part of the path is a file, not a folder. ${elsewhere}`,
    EISDIR: "expected a file, got a folder",
    EEXIST: `expected a folder, got a file. ${elsewhere}`,
  };
  return (file, action) => {
    try {
      return action();
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const problem = problems[code] ?? `the system said ${code}`;
      throw new MetaError(`${path ?? file}: ${problem}`, { cause: error });
    }
  };
}
