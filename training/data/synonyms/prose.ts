/** Words and phrases of equal meaning and equal grammar, one set a line; none of them changes what a runbook does. */
export const PROSE = `
is down|is unreachable|is not responding|is unavailable|has disappeared|is offline|is gone|does not answer|is out of service|cannot be reached|went away|has gone dark|is dead
are down|are unreachable|are not responding|are unavailable|are offline|are gone|do not answer|cannot be reached
is not ready|is unready|has not become ready|fails its readiness probe|is not reporting ready|does not get ready|never turned ready
are not ready|are unready|have not become ready|do not get ready
has failed|failed|did not succeed|ended with an error|did not complete successfully|finished unsuccessfully|went wrong|broke
have failed|did not succeed|ended with errors|went wrong
is failing|keeps failing|does not work|is broken|fails again and again|fails every time|is erroring out
are failing|keep failing|do not work|are broken|are erroring out
fails|does not succeed|errors out|goes wrong
is crash looping|is in a crash loop|keeps crashing|crashes again and again|is restarting over and over|will not stay up|dies shortly after each start|is stuck in CrashLoopBackOff|bounces continually
is restarting|keeps restarting|restarts frequently|restarts repeatedly|is being restarted again and again
restarted|was restarted|has restarted|came back after a restart
restarts|container restarts|restart events
crashed|died|terminated unexpectedly|fell over|exited abnormally|went down hard
crashes|dies|falls over|exits unexpectedly
was killed|got killed|was terminated|was shot down
was OOM killed|was OOMKilled|ran out of memory and was killed|hit its memory limit and was killed|was killed by the OOM killer
out of memory|OOM|memory exhausted
is stuck|hangs|does not move|is hanging|makes no progress|has stalled|is frozen|is wedged
are stuck|hang|do not move|make no progress|have stalled
has not progressed|made no progress|has stalled|did not move forward|is stuck
is pending|stays pending|is still pending|remains in Pending|has been waiting to be scheduled
cannot be scheduled|is unschedulable|found no node to run on|does not fit on any node|could not be placed
is degraded|is in a degraded state|is impaired|is not fully healthy|runs degraded
is unhealthy|is not healthy|reports itself unhealthy|fails its health check|is in bad health
are unhealthy|are not healthy|fail their health checks
is high|is elevated|is above normal|is too high|is unusually high|has climbed|is beyond what is normal|has gone up sharply
are high|are elevated|are too high|have climbed|have gone up sharply
is very high|is extremely high|is alarmingly high|is far too high
is low|is too low|is below normal|is running low|is short
is rising|is growing|is increasing|is climbing|keeps going up|is on the rise
has increased|has risen|has grown|went up|has gone up|jumped
has dropped|has fallen|decreased|declined
is slow|is sluggish|takes too long|responds slowly|is slower than usual|drags
is full|has no space left|has run out of space|is completely filled
is filling up|is almost full|is running out of space|will soon be full|has little space left|is nearly full|is close to full|approaches its capacity
is almost full|is nearly full|is close to its capacity|has hardly any room left|is about to fill up
will be full|will run out of space|is predicted to fill up|is going to fill up
is exhausted|is used up|has run out|is depleted
is running out of|is short of|is low on|will soon have no
is saturated|is overloaded|is at its limit|runs at capacity|has nothing in reserve
is missing|is absent|does not exist|cannot be found|is nowhere to be found|has vanished
are missing|are absent|cannot be found|have vanished|are lacking
is expired|has expired|is no longer valid
expires soon|is about to expire|will expire soon|is close to expiry|nears its end of validity
will expire|expires|becomes invalid|lapses
is out of sync|is OutOfSync|differs from git|has drifted|does not match the desired state|is not in sync
is not synced|is out of sync|has not been synchronised|is not up to date with git
is misconfigured|has a faulty configuration|is set up wrongly|has an invalid configuration
is lagging|lags behind|is behind|cannot keep up|falls behind|is trailing
is throttled|is being throttled|hits its limit|is held back by its limit
is not running|is stopped|does not run|is not up|has stopped
are not running|are stopped|do not run|have stopped
has stopped|stopped|came to a halt|ceased|is no longer running
stopped working|no longer works|ceased to work|quit working
is refusing connections|refuses connections|rejects connections|turns connections away
is not scheduled|was not scheduled|has not been placed
could not|was unable to|failed to|did not manage to
cannot|can not|is unable to|can't|fails to
unable to|not able to|failing to|not in a position to
for more than|for over|for longer than|already for
for at least|for no less than
more than|over|above|greater than|in excess of|exceeding|upwards of
less than|under|below|fewer than|not even
exceeds|is above|is over|is greater than|goes beyond|surpasses|has passed
exceeded|went over|passed|crossed|overran
is above|exceeds|is over|has crossed|lies above
is below|is under|has fallen under|lies below|dropped beneath
at least|no fewer than|a minimum of
minutes|min|mins
hours|hrs
seconds|secs
in the last|during the last|over the past|within the past|in the past
within|inside of
the last|the past|the previous
percent|per cent
errors|failures|faults|error events
error|failure|fault
error rate|share of errors|failure rate|ratio of errors
requests|calls|queries
responses|answers|replies
response time|latency|time to answer|reply time
latency|response time|delay
traffic|incoming traffic|request traffic
connections|sessions|links
usage|utilisation|utilization|consumption
memory|RAM|mem
CPU|processor|cpu
disk space|storage space|room on disk|free space
filesystem|file system|mount
container|workload container|ctr
replicas|copies
desired replicas|wanted replicas|configured replicas|replicas that were asked for
desired|wanted|expected|requested|configured
available|ready|in service
unavailable|not available|out of service
expected|should be|wanted|desired
actual|current|observed|real
currently|right now|at the moment|at present|now
recently|lately|a short while ago|not long ago
repeatedly|again and again|over and over|many times|constantly
frequently|often|all the time|regularly
continuously|without a break|non-stop|permanently
unexpectedly|without warning|out of the blue|all of a sudden
suddenly|abruptly|all at once
completely|entirely|wholly|fully
several|some|a few|multiple|a number of
many|lots of|a large number of|numerous
too many|an excessive number of|far too many|more than usual
rollout|roll-out|deployment of the new version
deploy|rollout|release
update|upgrade|new version
reconciliation|reconcile|sync
synchronisation|sync|synchronization
schedule|timetable|cron schedule
job|batch job|task
backup|back-up|dump
restore|recovery
queue|backlog|work queue
messages|events|items
consumer|reader|subscriber
consumers|readers|subscribers
producer|writer|publisher
database|DB|data store
server|machine|host
servers|machines|hosts
certificate|cert|TLS certificate
secret|credential
token|credential
config|configuration|settings
configuration|config|settings
application|app|service
cluster|installation
dashboard|board|panel
operator|controller
endpoint|URL|address
target|scrape target|endpoint
scrape|collection|poll
metrics|figures|series
threshold|limit|bound|mark
limit|ceiling|cap
maximum|upper limit
minimum|lower limit
alert|alarm|warning
critical|severe|serious
warning|notice|heads-up
problem|issue|trouble
problems|issues|trouble
issue|problem|matter
cause|reason
Check|Look at|Inspect|Examine|Verify|Have a look at|Please check
investigate|look into it|find out why|analyse
please|kindly|pls
must|has to|needs to
due to|because of|owing to|on account of
before|prior to|ahead of
during|in the course of
without|lacking|with no
users|customers|clients
customers|users|clients
affected|impacted|hit
impact|effect|consequence
data loss|loss of data|lost data
lost|dropped|gone missing
dropped|lost|discarded|thrown away
rejected|refused|turned down|denied
denied|refused|rejected
blocked|held up|stopped
detected|noticed|observed|spotted
reports|says|signals|announces|tells
reported|signalled|announced
started|began|kicked off
stopped|halted|ended
healthy|fine|in good order
functioning|operational
degraded|impaired|weakened
broken|defective|faulty
faulty|defective|bad
failing|going bad|breaking
slow|sluggish|laggy
high|elevated|heavy|excessive
excessive|far too high|immoderate
low|small|scarce
large|big|huge
old|outdated|stale
stale|outdated|out of date
recent|fresh|latest
old version|previous version|outdated release
overheating|too hot|running hot
temperature|heat|temp
hot|overheated|too warm
fan|cooling fan|ventilator
power supply|PSU|power unit
network interface|NIC|interface
packet loss|lost packets|dropped packets
packets|frames
node is not ready|node went NotReady|node has dropped out|node does not report in
eviction|being evicted
evicted|thrown off its node|pushed off the node
terminated|ended|stopped
deleted|removed|taken away
removed|deleted|taken out
created|made|set up
image pull|pulling the image|download of the image
cannot pull|fails to pull|is unable to download|cannot fetch
image|container image
probe|check|health probe
liveness probe|liveness check|aliveness probe
readiness probe|readiness check
firing|active|going off
triggered|set off|raised
leader|primary
replication lag|replication delay|lag of the replica
replication|copying to replicas
quorum|majority
election|leader election
partition|shard
`;
