/** Starts the API server for all tests, and ends it. Its programs are built once (20 minutes) where they are not there. */
import { obstacle, startCluster } from './cluster.ts';

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const why = obstacle();
  if (why !== undefined) {
    process.env.KUBERNETES_OBSTACLE = why;
    console.warn(`\nSKIPPED: a real API server can't run here: ${why}.\n`);
    return undefined;
  }
  const { folder, stop } = await startCluster();
  process.env.KUBERNETES_FOLDER = folder;
  return stop;
}
