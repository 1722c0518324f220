/** How much of what is allowed is taken: in numbers, and as a bar. */
import { Progress } from '../parts/progress.tsx';

interface Props {
  label: string;
  /** Whose it is. */
  of: string;
  taken: number;
  /** Undefined while it is not known. */
  most: number | undefined;
  inWords?(amount: number): string;
  mostInWords?(amount: number): string;
  /** A heading above says what it is. */
  unlabelled?: boolean;
}

export function Taken({
  label,
  of,
  taken,
  most,
  inWords = String,
  mostInWords = inWords,
  unlabelled = false,
}: Props) {
  const isFull = most !== undefined && taken >= most;
  return (
    <div className={`taken ${isFull ? 'full' : ''}`}>
      <span className="small">
        {!unlabelled && <span className="muted">{label}: </span>}
        {inWords(taken)}
        {most !== undefined && <span className="muted"> of {mostInWords(most)}</span>}
        {isFull && <strong> (all)</strong>}
      </span>
      {most !== undefined && (
        <Progress value={most === 0 ? 1 : Math.min(1, taken / most)} label={`${label} of ${of}`} />
      )}
    </div>
  );
}
