import { RunnerError } from '../errors.ts';
import { openYaml, type YamlFile } from '../util/yaml.ts';

export interface ProjectYaml extends YamlFile {
  /** @throws RunnerError with every fault met */
  done(): void;
}

/**
 * @param scalar what a scalar without quotes stands for, in place of YAML's own rules
 * @throws RunnerError `YAML_SYNTAX` when the text is not YAML
 */
export function readYaml(text: string, file: string, scalar?: (text: string) => unknown): ProjectYaml {
  const code = 'CONFIG_INVALID';
  const codes = { syntax: 'YAML_SYNTAX', unknown: code, missing: code, value: code };
  const yaml = openYaml(text, file, scalar ? { codes, scalar } : { codes });
  const done = (): void => {
    if (yaml.faults().length > 0) throw new RunnerError(yaml.faults());
  };
  done();
  return { ...yaml, done };
}
