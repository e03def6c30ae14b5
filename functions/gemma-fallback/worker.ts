import { workerData } from 'node:worker_threads';
import { serveThread } from '../../shared/reasoning/thread.ts';
import { loadAnswerer } from './answerer.ts';
import type { WorkerSettings } from './engine.ts';

// A run blocks its thread from start to end, so the model lives in this one and HTTP in the other.
void serveThread(() => loadAnswerer(workerData as WorkerSettings));
