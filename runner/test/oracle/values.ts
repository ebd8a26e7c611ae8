/** Matching ignores case, accents, surrounding and repeated spaces. */
export function normalise(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** `DD/MM/YYYY` (leading zeros may lack) as `YYYY-MM-DD`, or `null` if there is no such day. */
export function frenchDay(text: string): string | null {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim()) ?? [];
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

/** `H:MM:SS` in seconds, or `null` if it is none, zero or over 24 h. */
export function seconds(text: string): number | null {
  const found = /^(\d{1,2}):([0-5]\d):([0-5]\d)$/.exec(text.trim());
  if (!found) return null;
  const total = Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3]);
  return total > 0 && total <= 86_400 ? total : null;
}

/** A plain decimal as an exact fraction of a power of ten. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export function decimal(text: string): Decimal | null {
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim());
  if (!found) return null;
  return { digits: BigInt(`${found[1]}${found[2] ?? ''}`), scale: found[2]?.length ?? 0 };
}

export function times(left: Decimal, right: Decimal): Decimal {
  return { digits: left.digits * right.digits, scale: left.scale + right.scale };
}

export function sum(values: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...values.map((value) => value.scale));
  const digits = values.reduce((total, value) => total + value.digits * 10n ** BigInt(scale - value.scale), 0n);
  return { digits, scale };
}

/** As a whole number of 10^-places, half up; never negative here. */
export function rounded({ digits, scale }: Decimal, places: number): bigint {
  const raised = digits * 10n ** BigInt(places);
  const unit = 10n ** BigInt(scale);
  return (raised * 2n + unit) / (unit * 2n);
}

/** Two places, half up: `170790.00`. */
export function euros(value: Decimal): string {
  const cents = rounded(value, 2).toString().padStart(3, '0');
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`;
}

/** First and last day of the window. */
export function windowOf(jour: string, moisCourant: boolean): readonly [string, string] {
  const year = Number(jour.slice(0, 4));
  const month = Number(jour.slice(5, 7)) - 1;
  const iso = (monthOffset: number, day: number): string =>
    new Date(Date.UTC(year, month + monthOffset, day)).toISOString().slice(0, 10);
  return moisCourant ? [iso(-11, 1), jour] : [iso(-12, 1), iso(0, 0)];
}

/** Age band on that day. */
export function ageBand(naissance: string, jour: string): string {
  if (naissance === '' || naissance > jour) return 'INCONNU';
  const hadBirthday = jour.slice(5) >= naissance.slice(5);
  const age = Number(jour.slice(0, 4)) - Number(naissance.slice(0, 4)) - (hadBirthday ? 0 : 1);
  if (age < 26) return '<26';
  if (age <= 35) return '26-35';
  if (age <= 45) return '36-45';
  return age <= 55 ? '46-55' : '56+';
}
