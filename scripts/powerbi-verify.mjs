// npm run powerbi:verify: lets Microsoft's own reader of TMDL, in its Power BI Modeling MCP server, open powerbi/ and write it again: the text must be the
// same. Not part of the tests: it is a preview under Microsoft's terms, which says that it may collect usage. Exits 0 when read and the same, else 1.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@microsoft/powerbi-modeling-mcp@0.5.0-beta.13';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.resolve(root, process.argv[2] ?? 'powerbi');

async function main() {
  const models = fs.readdirSync(folder).filter((name) => name.endsWith('.SemanticModel'));
  const server = spawn('npx', ['--yes', PACKAGE, '--start', '--readwrite'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const written = fs.mkdtempSync(path.join(os.tmpdir(), 'tmdl-'));
  try {
    const ask = speak(server);
    const client = { name: 'powerbi-verify', version: '1' };
    await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client });
    const tool = async (name, request) => (await ask('tools/call', { name, arguments: { request } })).content[0].text;
    for (const model of models) {
      const own = path.join(folder, model);
      const read = JSON.parse(await tool('connection_operations', { operation: 'ConnectFolder', folderPath: own }));
      console.log(`${model}: ${read.message}`);
      if (!read.data) return 1;
      const { tablesLoaded, measuresLoaded, relationshipsLoaded } = read.data;
      console.log(`${tablesLoaded} tables, ${measuresLoaded} measures, ${relationshipsLoaded} relationships`);
      await tool('database_operations', { operation: 'ExportToTmdlFolder', tmdlFolderPath: written });
      const other = differences(path.join(own, 'definition'), written);
      console.log(other.length === 0 ? 'written again: the same text' : `written again, other: ${other.join(', ')}`);
      if (other.length > 0) return 1;
    }
    return models.length > 0 ? 0 : 1;
  } finally {
    server.kill();
    fs.rmSync(written, { recursive: true, force: true });
  }
}

/** JSON-RPC over the server's streams, one message a line. @throws when it ends before it has answered */
function speak(server) {
  const waiting = new Map();
  server.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${PACKAGE} could not be started, or ended`));
  });
  readline.createInterface({ input: server.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line);
    const done = waiting.get(id);
    if (error) done?.reject(new Error(error.message));
    else done?.resolve(result);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = waiting.size + 1;
      waiting.set(id, { resolve, reject });
      server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
}

function differences(one, other) {
  const files = (dir) => fs.readdirSync(dir, { recursive: true }).filter((file) => file.endsWith('.tmdl'));
  const text = (dir, file) =>
    fs.existsSync(path.join(dir, file)) ? fs.readFileSync(path.join(dir, file), 'utf8') : '';
  return [...new Set([...files(one), ...files(other)])].filter((file) => text(one, file) !== text(other, file));
}

process.exitCode = await main();
