/** In the place of what cannot be shown as it is here. */
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

export const LoadAnew = (error: { message: string; remedy: string }) => (
  <Problem error={error}>
    <Button onClick={() => location.reload()}>Reload</Button>
  </Problem>
);
