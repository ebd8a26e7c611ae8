// Pebble as far as the flows use it: an expression becomes one of JavaScript, which has `??`, `? :` and calls in the same form.
// Kestra's own engine has evaluated these kinds of expression once, by hand; it is no part of the tests.

/** What an expression can name. */
export type Context = Readonly<Record<string, unknown>>;

/** @throws Error of a name that is not there, where no `??` stands behind it: so does Kestra */
export function render(template: string, context: Context): string {
  return template.replace(/\{\{(.+?)\}\}/gs, (_, expression: string) => String(evaluate(expression, context)));
}

/** As Kestra decides: an empty text, `false` and 0 are not. */
export function isTrue(template: string, context: Context): boolean {
  return !['', 'false', '0', '-0'].includes(render(template, context).trim());
}

function evaluate(expression: string, context: Context): unknown {
  const scope: Context = {
    ...context,
    ...FILTERS,
    render: (text: string) => render(text, context),
  };
  const value: unknown = new Function(...Object.keys(scope), `return (${translated(expression)})`)(
    ...Object.values(scope),
  );
  if (value === undefined || value === null) throw new Error(`nothing is there of {{${expression}}}`);
  return value;
}

function translated(expression: string): string {
  const script = expression
    .split(/('[^']*')/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/(?<=\w)\.(?=[a-z_])/gi, '?.')
            .replace(/\bor\b/g, '||')
            .replace(/\band\b/g, '&&')
            .replace(/\bnot\b/g, '!')
            .replace(/\w+=$/, ''),
    )
    .join('');
  return script.replace(/(\([^()]*\)|[\w?.]+) \| (\w+)\(/g, '$2($1, ');
}

const FILTERS = {
  date: (moment: string, _format: string, timeZone: string): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(moment)),
};
