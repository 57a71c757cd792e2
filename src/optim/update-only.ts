import { ConfigError } from "../errors.js";
import { type Tensor, type Tree, tree, zerosLike } from "../tensor/index.js";
import type { GradientTransform } from "./transform.js";

/**
 * Applies a transform to the leaves whose path is chosen, such as `head.weight`; the others stay as they are.
 *
 * For inner loops that adapt a part of the network only: its head, or all but the batch-norm parameters.
 */
export function updateOnly(
  chosen: (path: string) => boolean,
  transform: GradientTransform,
): GradientTransform {
  const pick = (params: Tree): Tensor[] => {
    const [leaves, structure] = tree.flatten(params);
    const paths = tree.paths(structure);
    const picked = leaves.filter((_, i) => chosen(paths[i]!));
    if (picked.length === 0)
      throw new ConfigError(`updateOnly: expected a chosen path, got none of ${paths.join(", ")}`);
    return picked;
  };
  return {
    init: (params) => transform.init(pick(params)),
    update(gradients, state, params) {
      const [leaves, structure] = tree.flatten(gradients);
      const paths = tree.paths(structure);
      const [picked, next] = transform.update(pick(gradients), state, params && pick(params));
      const rest = [...picked];
      const updates = leaves.map((g, i) => (chosen(paths[i]!) ? rest.shift()! : zerosLike(g)));
      return [tree.unflatten(structure, updates), next];
    },
  };
}
