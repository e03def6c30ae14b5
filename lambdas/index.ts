import type { FunctionDefinition } from '../shared/runtime/function.ts';
import argocdSyncApplication from './argocd-sync-application.ts';
import certificateRenew from './certificate-renew.ts';
import checkPvcStatus from './check-pvc-status.ts';
import fluxReconcileGitrepository from './flux-reconcile-gitrepository.ts';
import fluxReconcileHelmrelease from './flux-reconcile-helmrelease.ts';
import fluxReconcileKustomization from './flux-reconcile-kustomization.ts';
import jobRerun from './job-rerun.ts';
import type { LambdaState } from './kit/lambda.ts';
import nodeCheckStatus from './node-check-status.ts';
import nodeCordon from './node-cordon.ts';
import podCheckStatus from './pod-check-status.ts';
import podRestart from './pod-restart.ts';
import rolloutUndo from './rollout-undo.ts';
import scaleDeployment from './scale-deployment.ts';

/** The Lambda functions, in the order of the catalogue; each is `<name>.ts` of this folder, and deployed by itself. */
export const LAMBDAS: readonly FunctionDefinition<LambdaState>[] = [
  fluxReconcileKustomization,
  fluxReconcileGitrepository,
  fluxReconcileHelmrelease,
  argocdSyncApplication,
  podRestart,
  rolloutUndo,
  scaleDeployment,
  jobRerun,
  certificateRenew,
  nodeCordon,
  podCheckStatus,
  checkPvcStatus,
  nodeCheckStatus,
];
