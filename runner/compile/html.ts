import nunjucks from 'nunjucks';

export type HtmlRenderer = (template: string, context: object) => string;

/**
 * Renders the templates of a folder as HTML. Every value is escaped, but for what the given functions make: that is HTML.
 * @throws an error of the template engine, as for a name that is not there
 */
export function createHtmlRenderer(
  folder: string,
  functions: Readonly<Record<string, (...args: never[]) => string>>,
): HtmlRenderer {
  const templates = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  for (const [name, make] of Object.entries(functions))
    templates.addGlobal(name, (...args: never[]) => new nunjucks.runtime.SafeString(make(...args)));
  return (template, context) => templates.render(template, context);
}
