/** How far something is. Drawn by the browser: no style of its own, so no exception from the Content-Security-Policy. */
export function Progress({ value, label }: { value: number; label: string }) {
  return <progress className="progress" value={value} max={1} aria-label={label} />;
}
