/**
 * Colours of the scenes' pictures: red, green, blue, opacity, in [0, 1].
 *
 * @module
 */
export type Colour = readonly [number, number, number, number];

export const FLOOR: Colour = [0.56, 0.58, 0.6, 1];
export const WOOD: Colour = [0.8, 0.71, 0.59, 1];
export const DARK_WOOD: Colour = [0.62, 0.5, 0.38, 1];
export const WHITE: Colour = [0.9, 0.91, 0.92, 1];
export const STEEL: Colour = [0.6, 0.63, 0.67, 1];
export const GREY: Colour = [0.42, 0.45, 0.49, 1];
export const CHARCOAL: Colour = [0.2, 0.22, 0.25, 1];
export const RED: Colour = [0.78, 0.28, 0.25, 1];
export const ORANGE: Colour = [0.88, 0.55, 0.26, 1];
export const YELLOW: Colour = [0.9, 0.74, 0.35, 1];
export const GREEN: Colour = [0.35, 0.6, 0.42, 1];
export const BLUE: Colour = [0.29, 0.47, 0.7, 1];
export const GLASS: Colour = [0.62, 0.78, 0.86, 0.5];
/** Where something is to be brought. */
export const GOAL: Colour = [0.3, 0.72, 0.45, 0.7];
