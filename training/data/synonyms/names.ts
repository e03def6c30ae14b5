/** The same for the words of alert names, in lower case. */
export const NAMES = `
down|unavailable|unreachable|absent|missing|offline|gone|dead|not responding|lost|out|unresponsive|not up|no response|disappeared|outage
high|too high|elevated|excessive|large|above threshold|heavy|abnormal|spike|exceeded
low|too low|insufficient|below threshold|short|scarce
failed|failing|failure|failures|errors|error|unsuccessful|broken|faulty|fault|not ok|fails|went wrong
slow|high latency|lagging|delayed|sluggish|too slow|response time high
full|filling up|almost full|running out|space low|nearly full|usage high|no space|out of space|low space|capacity|near capacity|will fill
not ready|unready|not healthy|unhealthy|never ready|readiness failing|unavailable
restarting|crash looping|crash loop|frequently restarting|restarts|crashing|bouncing|flapping|keeps crashing|crash loop back off|too many restarts
oom killed|oom|out of memory|oom kill|memory killed
pending|stuck pending|unschedulable|not scheduled|waiting
memory|mem|ram
cpu|processor
expiring|expiry|expiration|expires soon|about to expire|near expiry|ends soon|validity
expired|invalid|no longer valid
saturated|saturation|overloaded|exhausted|near limit|at limit|pressure|maxed out
degraded|impaired|degradation|partial outage
stuck|stalled|hanging|not progressing|no progress|blocked|frozen|hung
mismatch|differs|inconsistent|unequal|drift|not as desired|wrong
out of sync|not synced|drifted|unsynced|sync lost|drift
missing|absent|lost|not found|lacking
usage|utilisation|utilization|consumption|used
kubernetes|kube|k8s
postgresql|postgres|pg
elasticsearch|elastic|es
rabbitmq|rabbit|rmq
mongodb|mongo
rate|ratio|percentage|share
deployment|deploy|workload
statefulset|sts|stateful set
daemonset|ds|daemon set
persistent volume claim|persistentvolumeclaim|pvc|volume claim|claim
persistent volume|persistentvolume|pv
replicas|copies
namespace|ns
certificate|cert|tls|ssl
application|app
database|db
filesystem|fs|file system
temperature|temp|thermal|overheating
connections|conns|sessions
controller|ctrl|operator
configuration|config|settings
node|k8s node|worker node
host|server|machine|box
container|ctr
job|batch job|task
cron job|cronjob|scheduled job
backup|backups|back up
queue|backlog
reconcile|reconciliation|sync
rollout|roll out|release|deploy
network|net
interface|nic|iface
drops|dropped packets|packet loss
late|overdue|too old|delayed|not on time|missed
too many|many|excess
target|endpoint|scrape target
scrape|scraping|collection
probe|check|blackbox
suspended|paused|on hold
quota|limit
replication lag|replica lag|replication delay|lag
leader|primary
election|leader change
`;
