import { committed, shells } from './checks/source.ts';
import { promiseOf } from './promise.ts';

const files = committed();
const plus = (name: string, text: string) => new Map([...files, [name, text]]);

promiseOf('20', 'what is deployed starts no process, and reads no text as code or as HTML', shells, files, {
  'a step calls kubectl': {
    of: plus('functions/steps/more.ts', "import { exec } from 'node:child_process';"),
    finds: /^functions\/steps\/more\.ts has child_process$/,
  },
  'a text is evaluated': {
    of: plus('shared/more.ts', 'eval(text);'),
    finds: /^shared\/more\.ts has eval\($/,
  },
  'a page writes HTML': {
    of: plus('web/src/more.tsx', 'element.innerHTML = name;'),
    finds: /^web\/src\/more\.tsx writes HTML$/,
  },
});
