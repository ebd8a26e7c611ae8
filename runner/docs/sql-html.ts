import hljs from 'highlight.js/lib/core';
import pgsql from 'highlight.js/lib/languages/pgsql';

hljs.registerLanguage('pgsql', pgsql);

/** SQL, or a template of it, as HTML with the classes of highlight.js; the text itself is unchanged. */
export function sqlHtml(sql: string): string {
  return hljs.highlight(sql, { language: 'pgsql' }).value;
}
