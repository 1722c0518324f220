/** In the place of what is on its way. */
export const Loading = ({ what }: { what: string }) => (
  <div className="loading" role="status">
    <span className="spinner" aria-hidden="true" />
    <span className="unseen">Loading {what}</span>
  </div>
);
