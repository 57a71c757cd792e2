/** Returns a module of Node without importing it, which bundlers for browsers refuse; undefined elsewhere. */
export function nodeModule<M>(name: string): M | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as M | undefined;
}
