import type { FINISHED_OUTCOMES } from '../../shared/events/lambda-finished.ts';

export type FinishedOutcome = (typeof FINISHED_OUTCOMES)[number];

interface CodeEntry {
  readonly outcome: FinishedOutcome;
  readonly meaning: string;
  /** What a person can do; undefined where nothing is to be done. */
  readonly fix?: string;
}

/** Every code of `lambda.finished`, with the outcome that it means. docs/lambda-reference.md is generated from it. */
export const CODES = {
  reconcile_requested: done('The controller was asked to reconcile the object.'),
  sync_requested: done('Argo CD was asked to sync the Application.'),
  evicted: done('The pod was evicted; its controller makes a new one.'),
  restarted: done("The workload's pods are replaced, as kubectl rollout restart does."),
  undone: done('The workload went back to its previous revision.'),
  scaled: done('The Deployment has more replicas.'),
  rerun: done('A new Job was made from the failed one.'),
  renewal_requested: done('cert-manager was asked to issue the Certificate again.'),
  cordoned: done('No new pods are scheduled on the node.'),
  reported: done('The look is in `report` and `findings`.'),
  already_done: done('An earlier delivery of the same lambda trigger did it.'),

  gone: nothing('The pod is not there any more.'),
  terminating: nothing('The pod is being deleted already.'),
  rolled_out: nothing('The rollout has completed in the meantime.'),
  at_target: nothing('The Deployment has that many replicas already.'),
  succeeded: nothing('The Job has succeeded.'),
  issuing: nothing('The Certificate is being issued already.'),
  syncing: nothing('An operation of the Application is running already.'),
  cordoned_before: nothing('The node is cordoned already.'),

  invalid_parameters: refused(
    'The parameters do not satisfy the schema of the catalogue.',
    'Send the parameters that runbook/catalogue.yaml describes.',
  ),
  protected_namespace: refused(
    'The namespace is protected: nothing but a look happens there.',
    'Act by hand, or take the namespace off protectedNamespaces and PROTECTED_NAMESPACES.',
  ),
  forbidden_by_policy: refused(
    'The policy forbids the function for such an object (forbidden in policy.yaml).',
    'Act by hand, or change the policy.',
  ),
  not_found: refused(
    'The object that the call names is not in this cluster.',
    'Check the labels of the alert, and that the alert is about this cluster.',
  ),
  suspended: refused('Somebody has suspended the object.', 'Resume it, if that was not on purpose.'),
  paused: refused('The rollout of the workload is paused.', 'kubectl rollout resume, if that was not on purpose.'),
  bare_pod: refused('The pod has no controller: nothing would make a new one.', 'Restart it by hand.'),
  stateful: refused(
    'It is a StatefulSet, or a pod of one or of a DaemonSet: these are left to people.',
    'Look at it, and restart it by hand.',
  ),
  owner_unknown: refused(
    "The object's controller is of a kind that is not known here.",
    'Act by the means of that controller.',
  ),
  stores_data: refused(
    'The workload stores data: by its name (storesData of policy.yaml) or because it mounts a PersistentVolumeClaim.',
    'Look at it, and restart it by hand.',
  ),
  gitops_owned: refused(
    'The object is made from Git: what is changed here would be set back.',
    'Revert the commit there.',
  ),
  not_observed: refused(
    'The controller of the workload has not seen its newest change: which revision is the previous one is not known.',
    'Wait, and look at the controller.',
  ),
  no_previous_revision: refused('There is no earlier revision to go back to.', 'Correct the workload.'),
  undone_before: refused(
    'The previous revision is the one that was rolled back from: to go there would flip between two broken ones.',
    'Correct the workload.',
  ),
  autoscaled: refused(
    'A HorizontalPodAutoscaler sets the replicas of the Deployment.',
    'Raise its maxReplicas, or correct what it measures.',
  ),
  above_ceiling: refused(
    'More replicas than LAMBDA_MAX_REPLICAS were asked for.',
    'Raise LAMBDA_MAX_REPLICAS, if the cluster can carry that many.',
  ),
  scales_down: refused('Fewer replicas than there are were asked for.', 'Scale down by hand.'),
  scaled_to_zero: refused(
    'Somebody has scaled the Deployment to zero.',
    'Scale it up by hand, if that was not on purpose.',
  ),
  still_running: refused('The Job has not failed: it is running, or waits.', 'Wait for its end, or delete it.'),
  rerun_failed: refused('The Job is itself the second run of one that failed.', 'Correct what makes it fail.'),
  last_nodes: refused(
    'Too few other nodes would be ready to take pods (LAMBDA_MIN_NODES).',
    'Add a node, or uncordon one; then cordon this one by hand.',
  ),
  disruption_budget: refused(
    'A PodDisruptionBudget does not allow the eviction now.',
    'Get the other pods of the budget ready, or delete the pod by hand.',
  ),

  forbidden: failed(
    'RBAC does not allow the Lambda a call that it needs.',
    'Apply the rule that the message names; `lambdas/rbac.ts` holds all of them.',
  ),
  denied: failed('A quota, a policy or an admission webhook does not allow the change.', 'See the message.'),
  unauthorized: failed(
    'The API server does not accept the credential of the Lambda.',
    'Check the ServiceAccount and its token, or the user of KUBECONFIG.',
  ),
  kind_missing: failed(
    'The API server does not know the kind, in the version that the Lambda uses.',
    'Install the controller with its CustomResourceDefinitions, or a newer version of it.',
  ),
  invalid: failed(
    'The API server says that the change is not valid.',
    'Report the message; it is a fault of the Lambda.',
  ),
  unexpected: failed('The API server answered with a status that nobody expected.', 'See the message.'),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;

function done(meaning: string): CodeEntry {
  return { outcome: 'done', meaning };
}

function nothing(meaning: string): CodeEntry {
  return { outcome: 'nothing_to_do', meaning };
}

function refused(meaning: string, fix: string): CodeEntry {
  return { outcome: 'refused', meaning, fix };
}

function failed(meaning: string, fix: string): CodeEntry {
  return { outcome: 'failed', meaning, fix };
}
