import AgentAPI
import AgentClient
import Linux
import PodSpec
import Testing

@Suite struct WorkloadPresentationTests {
    private let now = Timestamp(rfc3339: "2026-11-23T04:00:00Z") ?? Timestamp(seconds: 0)

    private var metadata: ObjectMeta {
        var metadata = ObjectMeta(name: "web", namespace: "shop", uid: "u-1")
        metadata.creationTimestamp = "2026-11-23T03:00:00Z"
        metadata.labels = ["app": "web"]
        return metadata
    }

    private var template: PodTemplate {
        var container = Container(name: "main", image: "busybox:1")
        container.command = ["serve"]
        container.ports = [ContainerPort(containerPort: 80)]
        container.resources.limits = ["cpu": "1"].compactMapValues { Quantity($0) }
        container.env = [EnvVar(name: "WORD", value: "of-nobody's-business")]
        container.volumeMounts = [VolumeMount(name: "data", mountPath: "/data")]
        var template = PodTemplate(spec: Pod.Spec(containers: [container]))
        template.spec.volumes = [Volume(name: "data", source: .hostPath(Volume.HostPath(path: "/srv")))]
        template.metadata.labels = ["app": "web"]
        return template
    }

    private func text(_ workload: Workload, events: [PodEvent] = []) -> String {
        WorkloadDescription.text(of: WorkloadDetail(object: workload, file: "web.yaml", events: events), now: now)
    }

    private func table(_ workload: Workload, showsNamespace: Bool = false) -> String {
        var table = WorkloadTable(workload.kind, showsNamespace: showsNamespace)
        return table.render([workload], now: now)
    }

    @Test func aDeployment() {
        var object = Deployment(
            metadata: metadata,
            spec: DeploymentSpec(replicas: 3, selector: LabelSelector(matchLabels: ["app": "web"]), template: template)
        )
        var status = DeploymentStatus()
        (status.replicas, status.updatedReplicas, status.readyReplicas) = (4, 2, 3)
        (status.availableReplicas, status.unavailableReplicas) = (3, 1)
        var condition = WorkloadCondition(type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: "2 of 3")
        condition.lastTransitionTime = "2026-11-23T03:59:00Z"
        status.conditions = [condition]
        status.warnings = ["spec.revisionHistoryLimit says nothing here"]
        object.status = status
        #expect(
            table(.deployment(object), showsNamespace: true) == """
                NAMESPACE   NAME   READY   UP-TO-DATE   AVAILABLE   AGE
                shop        web    3/3     2            3           60m

                """
        )
        let event = PodEvent(
            time: "2026-11-23T03:59:30Z",
            type: .normal,
            reason: "ScalingReplicaSet",
            message: "made web-1",
            container: nil,
            count: 2
        )
        #expect(
            text(.deployment(object), events: [event]) == """
                Name:                       web
                Namespace:                  shop
                Kind:                       Deployment (apps/v1)
                UID:                        u-1
                File:                       web.yaml
                Created:                    2026-11-23T03:00:00Z (60m ago)
                Labels:                     app=web
                Annotations:                <none>
                Selector:                   app=web
                Replicas:                   3 desired | 2 updated | 4 total | 3 available | 1 unavailable
                StrategyType:               RollingUpdate
                MinReadySeconds:            0
                RollingUpdateStrategy:      25% max unavailable, 25% max surge
                Conditions:
                  Type          Status   Since   Reason
                  Progressing   True     60s     ReplicaSetUpdated: 2 of 3
                Warnings:
                  spec.revisionHistoryLimit says nothing here
                Pod Template:
                  Label: app=web
                  Container main: busybox:1
                    Ports: 80/TCP
                    Command: serve
                    Limits: cpu=1
                    Environment: WORD
                    Mount: /data from data
                  Volume data: hostPath /srv
                Events:
                  Type     Reason              Age        Message
                  Normal   ScalingReplicaSet   30s (x2)   made web-1

                """
        )
    }

    @Test func setsOfPods() {
        let selector = LabelSelector(matchLabels: ["app": "web"])
        var set = ReplicaSet(metadata: metadata, spec: ReplicaSetSpec(replicas: 2, selector: selector, template: template))
        set.status = ReplicaSetStatus()
        set.status?.replicas = 2
        set.status?.readyReplicas = 1
        #expect(
            table(.replicaSet(set)) == """
                NAME   DESIRED   CURRENT   READY   AGE
                web    2         2         1       60m

                """
        )
        #expect(text(.replicaSet(set)).contains("Replicas:                   2 current / 2 desired, 1 ready\n"))
        var daemons = DaemonSet(metadata: metadata, spec: DaemonSetSpec(selector: selector, template: template))
        daemons.status = DaemonSetStatus()
        daemons.status?.desiredNumberScheduled = 1
        daemons.status?.currentNumberScheduled = 1
        daemons.status?.numberReady = 1
        daemons.status?.numberAvailable = 1
        #expect(
            table(.daemonSet(daemons)) == """
                NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   AGE
                web    1         1         1       0            1           60m

                """
        )
        #expect(text(.daemonSet(daemons)).contains("Ready:                      1 of 1\nUp to date:                 0\n"))
    }

    @Test func jobs() {
        var spec = JobSpec(template: template)
        spec.completions = 4
        spec.parallelism = 2
        var job = Job(metadata: metadata, spec: spec)
        job.status = JobStatus()
        job.status?.startTime = "2026-11-23T03:58:00Z"
        job.status?.active = 2
        job.status?.succeeded = 1
        #expect(
            table(.job(job)) == """
                NAME   STATUS    COMPLETIONS   DURATION   AGE
                web    Running   1/4           2m         60m

                """
        )
        #expect(
            text(.job(job)).contains(
                """
                Parallelism:                2
                Completions:                4
                Completion Mode:            NonIndexed
                Suspend:                    False
                Backoff Limit:              6
                Start Time:                 2026-11-23T03:58:00Z
                Pods Statuses:              2 active (0 ready) / 1 succeeded / 0 failed

                """
            )
        )
        var cron = CronJob(
            metadata: metadata,
            spec: CronJobSpec(schedule: "0 4 * * *", jobTemplate: CronJobSpec.JobTemplate(spec: spec))
        )
        cron.status = CronJobStatus()
        cron.status?.active = [.init(namespace: "shop", name: "web-1", uid: "u-2")]
        cron.status?.lastScheduleTime = "2026-11-23T03:59:50Z"
        cron.status?.nextScheduleTime = "2026-11-24T04:00:00Z"
        #expect(
            table(.cronJob(cron)) == """
                NAME   SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
                web    0 4 * * *   <none>     False     1        10s             60m

                """
        )
        #expect(
            text(.cronJob(cron)).contains(
                """
                Schedule:                   0 4 * * *
                Time Zone:                  <the machine's>
                Concurrency Policy:         Allow
                Suspend:                    False
                Jobs Kept:                  3 successful, 1 failed
                Starting Deadline Seconds:  <unset>
                Last Schedule Time:         2026-11-23T03:59:50Z
                Last Successful Time:       <unset>
                Next Schedule Time:         2026-11-24T04:00:00Z
                Active Jobs:                web-1

                """
            )
        )
    }
}
