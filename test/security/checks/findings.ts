/** What a check finds, in words. Of a product that is broken on purpose the first thing is enough. */

/** Thrown by the first finding where it is enough. */
class Found extends Error {
  readonly findings: readonly string[];
  constructor(findings: readonly string[]) {
    super(findings[0]);
    this.name = 'Found';
    this.findings = findings;
  }
}

/** It keeps the first one also where the product catches what is thrown through it, and makes something else of it. */
class FirstOnly extends Array<string> {
  override push(...items: string[]): number {
    if (items.length === 0) return this.length;
    if (this.length === 0) super.push(...items);
    throw new Found([...this]);
  }
}

let isFirstEnough = false;
export const stopAtFirst = (): void => {
  isFirstEnough = true;
};

/** Where a check puts what it finds. */
export const findings = (): string[] => (isFirstEnough ? new FirstOnly() : []);
