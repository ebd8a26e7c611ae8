import { RunnerError } from '../errors.ts';
import { openYaml, type YamlFile } from '../util/yaml.ts';

export interface ProjectYaml extends YamlFile {
  /** @throws RunnerError with every fault met */
  done(): void;
}

/** @throws RunnerError `YAML_SYNTAX` when the text is not YAML */
export function readYaml(text: string, file: string): ProjectYaml {
  const code = 'CONFIG_INVALID';
  const yaml = openYaml(text, file, { codes: { syntax: 'YAML_SYNTAX', unknown: code, missing: code, value: code } });
  const done = (): void => {
    if (yaml.faults().length > 0) throw new RunnerError(yaml.faults());
  };
  done();
  return { ...yaml, done };
}
