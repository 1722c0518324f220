export const LANES: Record<string, string[]>;
