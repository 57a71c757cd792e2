/**
 * What was measured on test tasks: by name of the metric, one value for each task, in the order of the tasks.
 *
 * A metric of episodes has their mean on the task for its value: of successes that is the share of them.
 */
export type Evaluation<Metric extends string = string> = Readonly<Record<Metric, ArrayLike<number>>>;
