/** By what name each of them is known: what must hold at every moment (S), and what must have come true once all is calm (L). */
export const INVARIANTS = [
  ...(['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S10'] as const),
  ...(['S11', 'S12', 'S13', 'S14', 'S15', 'S16', 'S17', 'S18', 'S19', 'S20'] as const),
  ...(['S21', 'S22', 'S23'] as const),
  ...(['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L8'] as const),
] as const;

export type InvariantName = (typeof INVARIANTS)[number];
