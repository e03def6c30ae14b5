/** How much a function can break. Only `observe` may ever be chosen on doubt. */
export const RISKS = ['observe', 'reversible', 'disruptive'] as const;
export type Risk = (typeof RISKS)[number];
