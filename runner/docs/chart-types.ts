/** What the site draws. Each drawing stands beside a table that says the same. */

/** In `<figure class="chart">`. */
export interface ChartData {
  readonly kind: 'line' | 'bar';
  readonly title: string;
  /** Put after a figure: `€`, `%`; empty for none. */
  readonly unit: string;
  /** How figures are written, as BCP 47 has it: `fr-FR`. */
  readonly locale: string;
  /** Of a line the days or moments, oldest first; of bars the groups. */
  readonly labels: readonly string[];
  readonly series: readonly {
    readonly name: string;
    /** One for each label; `null` where there is none, or none that may be shown. */
    readonly values: readonly (number | null)[];
  }[];
}

/** In `<figure class="gantt">`, likewise. */
export interface GanttData {
  /** Of the whole run, in seconds. */
  readonly seconds: number;
  /** In order of start. */
  readonly bars: readonly {
    readonly name: string;
    /** From the root of the site; empty when the node is in the project no more. */
    readonly href: string;
    /** As in `node_result`: success, failed, error, skipped, upstream_failed, … */
    readonly status: string;
    /** Seconds after the start of the run. */
    readonly start: number;
    readonly seconds: number;
  }[];
}

export interface GraphData {
  readonly nodes: readonly GraphNode[];
  /** Indices of `nodes`: what is read, and what reads it. */
  readonly edges: readonly (readonly [parent: number, child: number])[];
}

export interface GraphNode {
  readonly name: string;
  readonly type: 'model' | 'seed' | 'source';
  /** `table`, `view`, …; of a seed `seed`, of a source `source`. */
  readonly kind: string;
  /** Folder of its file: `models/bi`; of a source its system. */
  readonly folder: string;
  readonly description: string;
  /** Of its last result; empty when there is none. */
  readonly status: string;
  readonly isPersonal: boolean;
  /** From the root of the site: `nodes/x.html`. */
  readonly href: string;
}

/** `data/search.js`: `window.siteSearch = […]`, loaded when somebody searches. Best kinds first. */
export interface SearchEntry {
  readonly title: string;
  readonly kind: 'page' | 'model' | 'seed' | 'source' | 'column' | 'check' | 'test' | 'run' | 'parameter';
  /** From the root of the site, with an anchor where it is a part of a page. */
  readonly href: string;
  /** Where it is (`vue_kpi_bu`) or what it is, in words; may be empty. */
  readonly text: string;
}
