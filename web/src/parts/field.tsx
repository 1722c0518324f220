/** A field of a form: its label, what it takes, and a word about it. */
import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: ReactNode;
  hint?: string;
  /** What is wrong with what it has; stands in the place of the hint, so that nothing moves. */
  fault?: string | undefined;
  children(id: string, hint: string | undefined): ReactNode;
}

export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <span id={hintId} className={`small ${fault === undefined ? 'muted' : 'bad-text'}`}>
          {fault ?? hint}
        </span>
      )}
    </div>
  );
}

interface NumberProps {
  label: ReactNode;
  hint?: string;
  /** As it is typed, which may be no number yet. */
  value: string;
  min: number;
  max: number;
  /** Parts of one, too: of money. */
  decimal?: boolean;
  required?: boolean;
  onChange(value: string): void;
}

export function NumberField({
  label,
  hint,
  value,
  min,
  max,
  decimal = false,
  required = true,
  onChange,
}: NumberProps) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(id, hintId) => (
        <input
          id={id}
          aria-describedby={hintId}
          type="number"
          inputMode={decimal ? 'decimal' : 'numeric'}
          min={min}
          max={max}
          step={decimal ? 'any' : undefined}
          required={required}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
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
