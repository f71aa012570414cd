extension FieldTexts {
    static let workloads = """
        Deployment: So many pods of a template, replaced step by step when it changes.
        Deployment.apiVersion: apps/v1.
        Deployment.kind: Deployment.
        Deployment.metadata: Its name, and what is said about it.
        Deployment.spec: What is wanted.
        Deployment.status: What a cluster said about one that was copied from there; not looked at.
        ReplicaSet: So many pods of a template; those that are there stay when it changes.
        ReplicaSet.apiVersion: apps/v1.
        ReplicaSet.kind: ReplicaSet.
        ReplicaSet.metadata: Its name, and what is said about it.
        ReplicaSet.spec: What is wanted.
        ReplicaSet.status: What a cluster said about one that was copied from there; not looked at.
        DaemonSet: One pod on the node.
        DaemonSet.apiVersion: apps/v1.
        DaemonSet.kind: DaemonSet.
        DaemonSet.metadata: Its name, and what is said about it.
        DaemonSet.spec: What is wanted.
        DaemonSet.status: What a cluster said about one that was copied from there; not looked at.
        Job: Pods that run until enough of them have succeeded.
        Job.apiVersion: batch/v1.
        Job.kind: Job.
        Job.metadata: Its name, and what is said about it.
        Job.spec: What is wanted.
        Job.status: What a cluster said about one that was copied from there; not looked at.
        CronJob: A Job each time a schedule comes round.
        CronJob.apiVersion: batch/v1.
        CronJob.kind: CronJob.
        CronJob.metadata: Its name, and what is said about it.
        CronJob.spec: What is wanted.
        CronJob.status: What a cluster said about one that was copied from there; not looked at.
        PodTemplateSpec.metadata: Labels and annotations of the pods.
        PodTemplateSpec.spec: What the pods are; the same as a Pod's spec.
        LabelSelector.matchLabels: Labels that have to be there with these values.
        LabelSelector.matchExpressions: Further conditions; all of them have to hold.
        LabelSelectorRequirement.key: The label.
        LabelSelectorRequirement.operator: In, NotIn, Exists or DoesNotExist.
        LabelSelectorRequirement.values: The values of In and NotIn; empty for the others.
        DeploymentSpec.replicas: How many pods; 1 where nothing is said.
        DeploymentSpec.selector: Labels by which its pods are known; those of the template have to be such.
        DeploymentSpec.template: What pods are made of. Another one is another revision.
        DeploymentSpec.strategy: How pods are replaced.
        DeploymentSpec.minReadySeconds: How long a pod has to be ready before it counts as available.
        DeploymentSpec.revisionHistoryLimit: Nothing here: the way back is the file as it was.
        DeploymentSpec.paused: Whether a changed template waits. Replicas follow all the same.
        DeploymentSpec.progressDeadlineSeconds: After so long without progress the condition Progressing is False.
        DeploymentStrategy.type: RollingUpdate: step by step. Recreate: all old pods are gone before a new one begins.
        DeploymentStrategy.rollingUpdate: The limits of the steps.
        RollingUpdate.maxUnavailable: So many pods, or percent, may be missing meanwhile.
        RollingUpdate.maxSurge: So many pods, or percent, may be too many meanwhile. 0 for pods with ports of the host.
        ReplicaSetSpec.replicas: How many pods; 1 where nothing is said.
        ReplicaSetSpec.selector: Labels by which its pods are known; those of the template have to be such.
        ReplicaSetSpec.template: What new pods are made of.
        ReplicaSetSpec.minReadySeconds: How long a pod has to be ready before it counts as available.
        DaemonSetSpec.selector: Labels by which its pod is known; those of the template have to be such.
        DaemonSetSpec.template: What the pod is made of. Another one is another revision.
        DaemonSetSpec.updateStrategy: How the pod is replaced.
        DaemonSetSpec.minReadySeconds: How long a pod has to be ready before it counts as available.
        DaemonSetSpec.revisionHistoryLimit: Nothing here: the way back is the file as it was.
        DaemonSetUpdateStrategy.type: RollingUpdate, or OnDelete: when the pod that is there has ended by itself.
        DaemonSetUpdateStrategy.rollingUpdate: Whether the new pod begins before the old one goes (maxSurge) or after it.
        JobSpec.parallelism: How many pods at a time; 1 where nothing is said.
        JobSpec.completions: How many pods have to succeed. Without it, but with parallelism: a queue of work, which one success ends.
        JobSpec.completionMode: Indexed: each completion has a number, which its pod finds in JOB_COMPLETION_INDEX.
        JobSpec.backoffLimit: More failures than that end the job; 6 where nothing is said.
        JobSpec.backoffLimitPerIndex: The same for each index.
        JobSpec.maxFailedIndexes: More failed indexes than that end the job.
        JobSpec.activeDeadlineSeconds: After so long the job has failed, and what runs is ended.
        JobSpec.ttlSecondsAfterFinished: So long after its end the job is gone, with its pods. Until its file changes.
        JobSpec.suspend: Whether nothing of it runs for now.
        JobSpec.manualSelector: Nothing here: pods are known by their names.
        JobSpec.selector: Nothing here: pods are known by their names.
        JobSpec.managedBy: Another controller than this one is not served.
        JobSpec.podFailurePolicy: What a failed pod means; the first rule that fits decides.
        JobSpec.successPolicy: When an Indexed job has succeeded although not all of its indexes have.
        JobSpec.podReplacementPolicy: Failed: a pod that is being ended is waited for before another one takes its place.
        JobSpec.template: What pods are made of; restartPolicy is Never or OnFailure.
        PodFailurePolicy.rules: In order.
        PodFailurePolicyRule.action: FailJob, FailIndex, Ignore (does not count), Count.
        PodFailurePolicyRule.onExitCodes: Fits by the exit code of a container.
        PodFailurePolicyRule.onPodConditions: Fits by a condition of the pod.
        PodFailurePolicyOnExitCodesRequirement.containerName: Only of this container.
        PodFailurePolicyOnExitCodesRequirement.operator: In or NotIn.
        PodFailurePolicyOnExitCodesRequirement.values: Exit codes, ascending.
        PodFailurePolicyOnPodConditionsPattern.type: The condition.
        PodFailurePolicyOnPodConditionsPattern.status: True where nothing is said.
        SuccessPolicy.rules: One of them is enough.
        SuccessPolicyRule.succeededIndexes: Of these indexes, like 0,2-4.
        SuccessPolicyRule.succeededCount: So many; all of them where nothing is said.
        CronJobSpec.schedule: Five fields of cron, a macro like @daily, or @every 90m. One that never comes is refused.
        CronJobSpec.timeZone: A name of the machine's tzdata; the machine's own zone where nothing is said.
        CronJobSpec.startingDeadlineSeconds: A time that was missed by more is not made up for.
        CronJobSpec.concurrencyPolicy: Whether a job may begin while another one runs: Allow, Forbid, Replace.
        CronJobSpec.suspend: Whether no more jobs begin.
        CronJobSpec.successfulJobsHistoryLimit: So many jobs that succeeded are kept; 3 where nothing is said.
        CronJobSpec.failedJobsHistoryLimit: So many jobs that failed are kept; 1 where nothing is said.
        CronJobSpec.jobTemplate: What jobs are made of.
        JobTemplateSpec.metadata: Labels and annotations of the jobs.
        JobTemplateSpec.spec: What the jobs are; the same as a Job's spec.
        """
}
