/** What of the audit log is asked for, as the address of its page says it: by the parameters of `GET /v1/admin/audit`, and one of them at most. */

const PARAMETERS = ['cluster', 'actor'] as const;

export interface Asked {
  by: (typeof PARAMETERS)[number];
  /** Of the cluster, or a uid. */
  id: string;
}

export function askedIn(search: string): Asked | undefined {
  const all = new URLSearchParams(search);
  for (const by of PARAMETERS) {
    const id = all.get(by);
    if (id) return { by, id };
  }
  return undefined;
}

export const addressOf = (asked: Asked | undefined): string =>
  `/operator/audit${asked ? `?${new URLSearchParams({ [asked.by]: asked.id })}` : ''}`;
