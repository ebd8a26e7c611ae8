// Secrets that can be told from all else wherever they turn up.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret variable, and the texts of its value that may stand nowhere. */
export interface Marked {
  readonly env: Readonly<Record<string, string>>;
  readonly marks: readonly string[];
}

export interface Addresses {
  readonly webhook: string;
  readonly alerts: string;
  readonly sheet: string;
  /** Where tokens for the service account are asked. */
  readonly tokens: string;
}

const ACCOUNT_FILE = 'account.json';

/** Each secret variable of the project with a value of its own; the file of credentials is written into the project. */
export function markedSecrets(projectDir: string, { webhook, alerts, sheet, tokens }: Addresses): Marked {
  const account = serviceAccount(tokens);
  writeFileSync(join(projectDir, ACCOUNT_FILE), JSON.stringify(account.content));
  return {
    env: {
      P12_PSEUDO_SALT: 'marked-salt-3d1f',
      PGPASSWORD: 'marked-pg-password-77',
      SDS_BI_PASSWORD: 'marked-reader-password-1',
      SDS_RH_PASSWORD: 'marked-reader-password-2',
      GOOGLE_MAPS_API_KEY: 'AIzaSy-marked-maps-key-5',
      SLACK_WEBHOOK_URL: webhook,
      SLACK_ALERTING_URL: alerts,
      URL_GSHEET: `${sheet}/marked-sheet-path-1/export?format=csv&key=marked-sheet-key-2`,
      GOOGLE_APPLICATION_CREDENTIALS: ACCOUNT_FILE,
    },
    marks: [
      'marked-salt',
      'marked-pg-password',
      'marked-reader-password',
      'marked-maps-key',
      lastPart(webhook),
      lastPart(alerts),
      'marked-sheet-path',
      'marked-sheet-key',
      ...account.marks,
    ],
  };
}

/** Files of the project that hold a secret by right. */
export const SECRET_FILES: readonly string[] = [ACCOUNT_FILE];

function lastPart(address: string): string {
  return new URL(address).pathname.split('/').at(-1) ?? '';
}

function serviceAccount(tokens: string): { readonly content: object; readonly marks: readonly string[] } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const content = {
    type: 'service_account',
    project_id: 'people',
    private_key_id: 'marked-key-id-9',
    private_key: pem,
    client_email: 'reader@people.iam.example',
    token_uri: `${tokens}/token`,
  };
  return { content, marks: ['marked-key-id', ...pem.split('\n').filter((line) => /^[\w+/=]{40,}$/.test(line))] };
}
