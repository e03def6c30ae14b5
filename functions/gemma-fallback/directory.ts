/** The user's model directory, in the layout of onnx-community/functiongemma-270m-it-ONNX (docs/gemma.md). */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseJson } from '../../shared/json.ts';

/** What is wrong with a directory: it names the file and the fix, and starting again does not help. */
export class ModelProblem extends Error {
  constructor(file: string, what: string, fix: string) {
    super(`${PROBLEM}${file}: ${what} (${fix})`);
  }
}

const PROBLEM = 'GEMMA_MODEL_DIR: ';
/** Of one with external weights; a graph that holds its weights itself is far larger. */
const GRAPH_LIMIT = 4 * 1024 * 1024;
/** The smaller one first. */
const GRAPHS = ['onnx/model_q4.onnx', 'onnx/model.onnx'];
const HALF = ['onnx/model_fp16.onnx', 'onnx/model_q4f16.onnx'];

export interface ModelDirectory {
  readonly path: string;
  /** The graph, beside which its weights lie. */
  readonly graph: string;
  /** Changes with any file that an answer depends on. */
  readonly identity: string;
}

/** Whether a worker's error tells that the directory cannot be used; what else failed may work later. */
export function isModelProblem(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith(PROBLEM);
}

/** Checks which files are there. @throws {ModelProblem} */
export function checkDirectory(path: string): ModelDirectory {
  if (!existsSync(path)) throw new ModelProblem(path, 'there is no such folder', 'mount the model, or unset it');
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) requireFile(path, name);
  const config = readJsonFile(path, 'config.json');
  const type = isObject(config) ? config.model_type : undefined;
  if (type !== 'gemma3_text') {
    throw new ModelProblem('config.json', `model_type is ${JSON.stringify(type)}, not gemma3_text`, FIX);
  }
  const graph = GRAPHS.find((name) => existsSync(join(path, name)));
  if (graph === undefined) {
    const half = HALF.find((name) => existsSync(join(path, name)));
    const why = half === undefined ? 'is missing' : `is missing, and ${half} cannot be used: its cache is of float16`;
    throw new ModelProblem(GRAPHS.join(' or '), why, FIX);
  }
  const { size } = statSync(join(path, graph));
  if (size < GRAPH_LIMIT) requireFile(path, `${graph}_data`);
  return { path, graph: join(path, graph), identity: identityOf(path, graph) };
}

const FIX = 'take the files of onnx-community/functiongemma-270m-it-ONNX, or export yours; see docs/gemma.md';

function requireFile(path: string, name: string): void {
  if (!existsSync(join(path, name))) throw new ModelProblem(name, 'is missing', FIX);
}

/** A JSON file of the directory. @throws {ModelProblem} */
export function readJsonFile(path: string, name: string): unknown {
  const content = parseJson(readFileSync(join(path, name), 'utf8'));
  if (content === undefined) throw new ModelProblem(name, 'is not JSON', FIX);
  return content;
}

// Hashing a gigabyte of weights at every start would take longer than all the rest of it.
function identityOf(path: string, graph: string): string {
  const hash = createHash('sha256');
  for (const name of [graph, `${graph}_data`, 'tokenizer.json']) {
    const stat = statSync(join(path, name), { throwIfNoEntry: false });
    hash.update(`${name} ${stat?.size} ${stat?.mtimeMs}\n`);
  }
  return hash.digest('hex');
}
