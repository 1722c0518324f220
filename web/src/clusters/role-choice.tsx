/** The role of a member, and the button that gives another one: a select that sends what it shows would send what the keyboard passes over. */
import { useRef, useState } from 'react';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { capital } from '../words.ts';
import { A, questionOf, ROLES } from './roles.ts';

interface Props {
  cluster: Pick<Cluster, 'id' | 'name'>;
  email: string;
  role: Role;
  isSelf: boolean;
  onChange(): void;
}

export function RoleChoice({ cluster: { id, name }, email, role, isSelf, onChange }: Props) {
  const { api } = useHub();
  const [seen, setSeen] = useState(role);
  const [chosen, setChosen] = useState(role);
  const [asking, setAsking] = useState(false);
  // Somebody has changed it: what was chosen before was chosen of something else.
  if (seen !== role) {
    setSeen(role);
    setChosen(role);
  }
  const question = questionOf(email, seen, chosen, isSelf);
  const select = useRef<HTMLSelectElement>(null);
  const give = async (tell: Tell): Promise<void> => {
    const params = { path: { id, email } };
    await must(api.put('/v1/clusters/{id}/members/{email}', { params, body: { role: chosen } }));
    tell(`${isSelf ? 'You are' : `${email} is`} now ${A[chosen]} of ${name}.`);
    onChange();
  };
  const { busy, error, submit, forget } = useSubmit(
    async (tell) => {
      // The button goes with the difference that it makes, and would take the focus along.
      select.current?.focus();
      if (question) setAsking(true);
      else await give(tell);
    },
    { called: `Change the role of ${email}` },
  );
  return (
    <>
      <form className="row" onSubmit={submit}>
        <select
          ref={select}
          aria-label={`Role of ${email}`}
          value={chosen}
          onChange={({ target }) => {
            setChosen(target.value as Role);
            forget();
          }}
        >
          {/* What each may is said where one is invited; here there is room for the word alone. */}
          {ROLES.map(([value]) => (
            <option key={value} value={value}>
              {capital(value)}
            </option>
          ))}
        </select>
        {chosen !== role && (
          <Button type="submit" look="primary" busy={busy} aria-label={`Change the role of ${email}`}>
            Change
          </Button>
        )}
      </form>
      {error && <Problem error={error} />}
      {question && (
        <Confirm
          title={question.title}
          action={question.action}
          open={asking}
          onClose={() => setAsking(false)}
          onConfirm={give}
        >
          <p>{question.meaning}</p>
        </Confirm>
      )}
    </>
  );
}
