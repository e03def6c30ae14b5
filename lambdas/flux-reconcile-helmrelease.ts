import { defineReconcile } from './kit/flux.ts';
import { RESOURCES } from './kit/resources.ts';

export default defineReconcile('flux-reconcile-helmrelease', RESOURCES.helmReleases);
