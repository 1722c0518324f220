/** A form that needs to know what there is to choose from: while that comes, and where it does not. */
import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Problem } from '../parts/problem.tsx';
import { type Catalog, useCatalog } from './catalog.ts';

export function WithCatalog({ children }: { children(catalog: Catalog): ReactNode }) {
  const { catalog, error, askAgain } = useCatalog();
  if (catalog) return <>{children(catalog)}</>;
  if (error)
    return (
      <Problem error={error}>
        <Button onClick={askAgain}>Try again</Button>
      </Problem>
    );
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <span className="unseen">Loading the choices</span>
    </div>
  );
}
