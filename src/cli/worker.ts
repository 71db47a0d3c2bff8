/** The program of a worker process. */
import { runWorkerProcess } from '../../engine/index.ts';

await runWorkerProcess();
