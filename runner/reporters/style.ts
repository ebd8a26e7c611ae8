import { styleText } from 'node:util';

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Colours on a terminal unless NO_COLOR is set; plain text elsewhere. */
export function painter(enabled: boolean): Paint {
  return (style, text) => (enabled ? styleText(style, text, { validateStream: false }) : text);
}

export function seconds(value: number): string {
  return value < 10
    ? `${value.toFixed(2)} s`
    : value < 100
      ? `${value.toFixed(1)} s`
      : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
