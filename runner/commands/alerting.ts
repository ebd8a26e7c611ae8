import { Cancelled, EXIT, RunnerError } from '../errors.ts';
import { hearRun } from './hear-run.ts';
import type { Command, CommonArgs } from './types.ts';

/**
 * A command of which somebody is told, once, when it fails or finds what is to be looked at. It ends as it would have:
 * an alert that can't be sent changes no exit code. Who cancels a command knows of it.
 */
export function alerting<Args extends CommonArgs>(name: string, command: Command<Args>): Command<Args> {
  return async (args, reporter) => {
    const heard = hearRun();
    const alert = async (exitCode: number): Promise<void> => {
      if (args.signal.aborted || (exitCode === EXIT.done && !heard.hasNews())) return;
      // Loaded by a run that may have something to say.
      await (await import('./send-alert.ts')).sendAlert({ name, args, reporter, exitCode, heard });
    };
    const listening = {
      ...reporter,
      emit: (event: Parameters<typeof reporter.emit>[0]) => {
        heard.event(event);
        reporter.emit(event);
      },
      faults: (faults: Parameters<typeof reporter.faults>[0]) => {
        heard.faults(faults);
        reporter.faults(faults);
      },
    };
    let exitCode: number;
    try {
      exitCode = await command(args, listening);
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      if (!(error instanceof RunnerError)) {
        heard.crash(error);
        await alert(EXIT.failed);
        throw error;
      }
      // Told here, so that a person need not wait for the alert.
      listening.faults(error.faults);
      exitCode = error.exitCode;
    }
    await alert(exitCode);
    return exitCode;
  };
}
