import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Whether a stream gets colours: a terminal does, and any with `FORCE_COLOR`; none with `NO_COLOR`. Empty counts as unset. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export function painter(enabled: boolean): Paint {
  return (style, text) => (enabled ? styleText(style, text, { validateStream: false }) : text);
}

export function seconds(value: number): string {
  return value < 10
    ? `${value.toFixed(2)} s`
    : value < 100
      ? `${value.toFixed(1)} s`
      : `${Math.floor(Math.round(value) / 60)} min ${Math.round(value) % 60} s`;
}

/** Whole seconds, from one on: it is a guess. */
export function about(value: number): string {
  const whole = Math.max(1, Math.ceil(value));
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
