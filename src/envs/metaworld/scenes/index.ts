export type SceneName = string;
