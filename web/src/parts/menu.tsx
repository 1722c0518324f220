/** A menu of things to do, on Base UI. */
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';

export interface MenuItem {
  label: string;
  /** Of a choice: whether it is the one. */
  chosen?: boolean;
  onSelect(): void;
}

interface Props {
  /** What the button says to those who do not see it. */
  label: string;
  button: ReactNode;
  head?: ReactNode;
  items: readonly MenuItem[];
}

export function Menu({ label, button, head, items }: Props) {
  return (
    <Base.Root>
      <Base.Trigger className="button quiet" aria-label={label}>
        {button}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="menu-place" sideOffset={6} align="end">
          <Base.Popup className="menu">
            {head && <div className="menu-head">{head}</div>}
            {items.map(({ label: text, chosen, onSelect }) => (
              <Base.Item key={text} className="menu-item" onClick={onSelect}>
                {text}
                {chosen && <span className="muted"> ✓</span>}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
