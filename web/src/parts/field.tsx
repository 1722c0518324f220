/** A field of a form: its label, what it takes, and a word about it. */
import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: ReactNode;
  hint?: string;
  children(id: string, hint: string | undefined): ReactNode;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <span id={hintId} className="muted small">
          {hint}
        </span>
      )}
    </div>
  );
}

interface SelectProps {
  label: string;
  hint?: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}

export function Select({ label, hint, value, options, onChange }: SelectProps) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(id, hintId) => (
        <select
          id={id}
          aria-describedby={hintId}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
