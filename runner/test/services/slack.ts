import { type Received, type Service, type ServiceOptions, startService } from './service.ts';

export interface SlackService extends Service {
  /** Addresses of webhooks; each holds its secret in the path. */
  readonly webhook: string;
  readonly alerts: string;
  /** The texts that have arrived in each channel, in order. */
  posted(webhook: string): readonly string[];
}

/** Incoming webhooks as Slack serves them: `POST /services/T…/B…/secret` with JSON, answered by a word as plain text. */
export async function startSlack(options?: ServiceOptions): Promise<SlackService> {
  const paths = {
    webhook: '/services/T0000/B0001/marked-webhook-secret',
    alerts: '/services/T0000/B0002/marked-alert-secret',
  };
  const arrived = new Map<string, string[]>(Object.values(paths).map((path) => [path, []]));
  const service = await startService((request) => answer(request, arrived), options);
  const address = (path: string): string => `${service.url}${path}`;
  return {
    ...service,
    webhook: address(paths.webhook),
    alerts: address(paths.alerts),
    posted: (webhook) => arrived.get(new URL(webhook).pathname) ?? [],
  };
}

function answer(request: Received, arrived: ReadonlyMap<string, string[]>): { status?: number; body: string } {
  const channel = arrived.get(request.path);
  if (request.method !== 'POST') return { status: 405, body: 'method_not_allowed' };
  if (channel === undefined) return { status: 404, body: 'no_service' };
  if (!request.headers['content-type']?.startsWith('application/json')) return { status: 400, body: 'invalid_payload' };
  let payload: unknown;
  try {
    payload = JSON.parse(request.body);
  } catch {
    return { status: 400, body: 'invalid_payload' };
  }
  if (typeof payload !== 'object' || payload === null) return { status: 400, body: 'invalid_payload' };
  const { text } = payload as { readonly text?: unknown };
  if (typeof text !== 'string' || text === '') return { status: 400, body: 'no_text' };
  channel.push(text);
  return { body: 'ok' };
}
