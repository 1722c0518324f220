/** A menu of things to do, on Base UI. */
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';

interface MenuItem {
  label: string;
  onSelect(): void;
}

/** One of several holds. */
interface MenuChoice {
  /** What is chosen. */
  label: string;
  choices: readonly (MenuItem & { chosen: boolean })[];
}

interface Props {
  /** What the button says to those who do not see it. */
  label: string;
  button: ReactNode;
  head?: ReactNode;
  items: readonly (MenuItem | MenuChoice)[];
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
            {items.map((item) =>
              'choices' in item ? (
                <Choice key={item.label} {...item} />
              ) : (
                <Base.Item key={item.label} className="menu-item" onClick={item.onSelect}>
                  {item.label}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const Choice = ({ label, choices }: MenuChoice) => (
  <Base.RadioGroup aria-label={label} value={choices.find(({ chosen }) => chosen)?.label}>
    {choices.map((choice) => (
      <Base.RadioItem
        key={choice.label}
        className="menu-item"
        value={choice.label}
        closeOnClick
        onClick={choice.onSelect}
      >
        {choice.label}
        {choice.chosen && (
          <span className="muted" aria-hidden="true">
            {' '}
            ✓
          </span>
        )}
      </Base.RadioItem>
    ))}
  </Base.RadioGroup>
);
