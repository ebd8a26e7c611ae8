import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';

/** `vars.simulation` of project.yml. */
export interface SimulationOptions {
  /** Names the scenario of volume; the model that the requests come from turns it into monthly counts. */
  readonly scenario: string;
  /** How many activities to keep of those drawn. */
  readonly nbLignes: number;
  readonly graine: number;
  /** Days drawn per activity wanted, 1 or more: some fall on one day and are dropped. */
  readonly facteurSurgeneration: number;
}

/** @throws a fault that names the key of project.yml */
export function simulationOptions({ vars }: Pick<LoaderContext, 'vars'>): SimulationOptions {
  const options = vars.simulation;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw badOption('', 'the keys scenario, nb_lignes, graine, facteur_surgeneration', options);
  }
  const values = options as Readonly<Record<string, unknown>>;
  if (typeof values.scenario !== 'string' || values.scenario.trim() === '') {
    throw badOption('scenario', 'the name of a scenario', values.scenario);
  }
  return {
    scenario: values.scenario,
    nbLignes: numberOption(values, 'nb_lignes', 'a whole number, 1 or more', (n) => Number.isSafeInteger(n) && n >= 1),
    graine: numberOption(values, 'graine', 'a whole number', Number.isSafeInteger),
    facteurSurgeneration: numberOption(
      values,
      'facteur_surgeneration',
      'a number from 1 to 100',
      (n) => n >= 1 && n <= 100,
    ),
  };
}

function numberOption(
  values: Readonly<Record<string, unknown>>,
  key: string,
  expected: string,
  isValid: (value: number) => boolean,
): number {
  const value = values[key];
  // --vars gives texts.
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && isValid(number)) return number;
  throw badOption(key, expected, value);
}

function badOption(key: string, expected: string, found: unknown): Error {
  const name = key === '' ? 'vars.simulation' : `vars.simulation.${key}`;
  return sourceFault(`${name} is wrong.`, {
    code: 'SIMULATION_OPTION',
    place: `project.yml, ${name}`,
    expected,
    found: found === undefined ? 'nothing' : JSON.stringify(found),
    hint: `Correct ${name} in project.yml.`,
  });
}
