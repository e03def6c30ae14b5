/** What scaffolds write: whole files, and pieces to be put at the end of one. What must be filled in says TODO. */
import type { Risk } from '../../shared/runbook/risk.ts';

export const POLICY = `# Your own policy, read after the shipped one: RUNBOOK_DIR=<shipped>:<this folder>. docs/runbook.md tells all keys.

# Added to the shipped ones: nothing but looking ever happens here. * stands for any characters.
protectedNamespaces: []

# The clusters that this installation acts on, by the alert's label cluster; all where it is left out.
# clusters: [production]
`;

export const ALERTS = `# Your own entries. They are pinned: they decide before any model, by the exact name of the alert.
#   agent-sre new alert NAME --situation S     adds one
#   agent-sre check                            names every problem
alerts: []
`;

/** Alertmanager's side. @param url where agent-sre listens */
export function alertmanagerSnippet(url: string): string {
  return `# Put this into Alertmanager's configuration: under receivers, and under route.routes.
receivers:
  - name: agent-sre
    webhook_configs:
      - url: ${url}
        send_resolved: true # agent-sre learns from it whether a remediation has worked
        max_alerts: 0 # no alert is left out
route:
  routes:
    - receiver: agent-sre
      continue: true # people go on being told
      group_by: ['...'] # one notification an alert
      group_wait: 0s
`;
}

/** A function that takes a name and a namespace. */
export function functionText(name: string, risk: Risk, target: string): string {
  return `  ${name}:
    description: "TODO: what it does, and in words of alerts when"
    risk: ${risk} # observe | reversible | disruptive
    fill: [{ target: ${target} }] # what of policy.yaml fills its parameters
    parameters:
      type: object
      additionalProperties: false
      required: [name, namespace]
      properties:
        name: { type: string, maxLength: 253, pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" }
        namespace: { type: string, maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" }
`;
}

export function entryText(alertname: string, situation: string): string {
  return `  - id: ${idOf(alertname)}
    situation: ${situation}
    names: [${JSON.stringify(alertname)}]
    # match: ['severity!="none"'] # Alertmanager's matchers, all of which must hold
`;
}

/** KubeJobFailed → kube-job-failed */
function idOf(alertname: string): string {
  const words = alertname.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'own-alert';
}
