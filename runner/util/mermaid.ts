/** A box of a Mermaid flowchart that shows a text, whatever stands in it: `n0["a#34;b"]`. */
export function mermaidBox(id: string, text: string): string {
  return `${id}["${text.replace(/[^\p{L}\p{N}_. -]/gu, (sign) => `#${sign.codePointAt(0)};`)}"]`;
}
