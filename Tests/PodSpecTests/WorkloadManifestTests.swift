import JSONCoding
import PodSpec
import Testing

@Suite struct WorkloadManifestTests {
    private func text(_ kind: String, _ version: String, name: String = "web", _ spec: String, pod: String = "") -> String {
        """
        apiVersion: \(version)
        kind: \(kind)
        metadata: {name: \(name)}
        spec:
        \(spec.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
          template:
            metadata: {labels: {app: web}}
            spec:
              \(pod)
              containers:
              - {name: main, image: "busybox:1"}
        """
    }

    private func workload(_ text: String) throws -> DecodedWorkload {
        let result = decode(text)
        #expect(result.problems.isEmpty, "\(result.problems)")
        guard case .workload(let decoded)? = result.objects.first?.object else { throw JSONTypeError(path: "", message: "none", position: nil) }
        return decoded
    }

    private let selector = "selector: {matchLabels: {app: web}}"

    @Test func aDeploymentGetsItsDefaults() throws {
        let decoded = try workload(text("Deployment", "apps/v1", selector))
        guard case .deployment(let object) = decoded.workload else { return #expect(Bool(false)) }
        #expect(object.spec.replicas == 1)
        #expect(object.spec.strategy.type == .rollingUpdate)
        #expect(object.spec.strategy.rollingUpdate?.maxSurge == .percent(25))
        #expect(object.spec.progressDeadlineSeconds == 600)
        #expect(object.spec.template.spec.restartPolicy == .always)
        #expect(object.spec.template.spec.containers[0].imagePullPolicy == .ifNotPresent)
        #expect(object.metadata.namespace == "default" && !object.metadata.uid.isEmpty)
    }

    @Test func theRevisionIsOfTheTemplateAlone() throws {
        let one = try workload(text("Deployment", "apps/v1", selector + "\nreplicas: 3"))
        let two = try workload(text("Deployment", "apps/v1", selector + "\nreplicas: 5"))
        let three = try workload(text("Deployment", "apps/v1", selector).replacing("busybox:1", with: "busybox:2"))
        #expect(one.written.template == two.written.template && one.written.spec != two.written.spec)
        #expect(one.written.template != three.written.template)
        #expect(one.workload.metadata.uid == three.workload.metadata.uid)
    }

    @Test func aJobStaysTheSameWhereTheAPILetsItChange() throws {
        func job(_ spec: String) throws -> DecodedWorkload {
            try workload(text("Job", "batch/v1", spec, pod: "restartPolicy: Never"))
        }
        let plain = try job("backoffLimit: 2")
        #expect(try job("backoffLimit: 2\nparallelism: 4\nsuspend: true").written.spec == plain.written.spec)
        #expect(try job("backoffLimit: 3").written.spec != plain.written.spec)
        guard case .job(let queue) = try job("parallelism: 4").workload, case .job(let one) = plain.workload else {
            return #expect(Bool(false))
        }
        #expect(queue.spec.completions == nil && one.spec.completions == 1 && one.spec.parallelism == 1)
    }

    @Test func everyKindGoesThroughJSON() throws {
        let texts = [
            text("Deployment", "apps/v1", selector), text("DaemonSet", "apps/v1", selector),
            text("ReplicaSet", "apps/v1", selector), text("Job", "batch/v1", "parallelism: 1", pod: "restartPolicy: Never"),
            cron("schedule: \"@daily\""),
        ]
        for text in texts {
            let decoded = try workload(text)
            #expect(try JSON.decode(DecodedWorkload.self, from: JSON.encode(decoded)) == decoded)
        }
    }

    private func cron(_ spec: String, name: String = "web", pod: String = "restartPolicy: OnFailure") -> String {
        """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: \(name)}
        spec:
        \(spec.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
          jobTemplate:
            spec:
              template:
                spec:
                  \(pod)
                  containers:
                  - {name: main, image: "busybox:1"}
        """
    }

    private func complaint(_ text: String, _ expected: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(expected) }, "\(expected) is not among \(found)")
    }

    @Test(
        arguments: [
            ("replicas: 1", "spec.selector: missing"),
            ("selector: {matchLabels: {app: other}}", "spec.template.metadata.labels: the labels of the template do not match"),
            ("selector: {}", "spec.selector: is empty"),
            ("selector: {matchExpressions: [{key: app, operator: In}]}", "needs values where the operator is In"),
            ("selector: {matchExpressions: [{key: app, operator: Has}]}", "needs an operator"),
            ("selector: {matchLabels: {app: web}}\nreplicas: -1", "spec.replicas: -1 is not 0 or more"),
            ("selector: {matchLabels: {app: web}}\nreplicas: 100000", "is more than one node runs"),
            ("selector: {matchLabels: {app: web}}\nminReadySeconds: 700", "must be more than minReadySeconds (700)"),
            (
                "selector: {matchLabels: {app: web}}\nstrategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
                "spec.strategy.rollingUpdate: may not be given where the type is Recreate"
            ),
            (
                "selector: {matchLabels: {app: web}}\nstrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
                "maxUnavailable and maxSurge may not both be 0"
            ),
            (
                "selector: {matchLabels: {app: web}}\nstrategy: {rollingUpdate: {maxSurge: many}}",
                "expected a number of pods, or a percentage"
            ),
            (
                "selector: {matchLabels: {app: web}}\nstrategy: {rollingUpdate: {maxUnavailable: 101%}}",
                "101% is more than 100%"
            ),
            ("selector: {matchLabels: {app: web}}\nstrategy: {type: Rolling}", "is not one of RollingUpdate, Recreate"),
            ("selector: {matchLabels: {app: web}}\nreplica: 3", "did you mean \"replicas\"?"),
        ] as [(String, String)]
    )
    func badDeployments(spec: String, expected: String) {
        var spec = spec
        // The limit that the message is about.
        if spec.contains("minReadySeconds") { spec += "\nprogressDeadlineSeconds: 600" }
        complaint(text("Deployment", "apps/v1", spec), expected)
    }

    @Test func templatesAreCheckedAsPodsAre() {
        complaint(
            text("Deployment", "apps/v1", selector, pod: "volumes: [{name: A}]"),
            "spec.template.spec.volumes[0].name"
        )
        complaint(
            text("Deployment", "apps/v1", selector, pod: "restartPolicy: Never"),
            "spec.template.spec.restartPolicy: \"Never\" is not for a Deployment"
        )
        complaint(
            text("DaemonSet", "apps/v1", selector, pod: "activeDeadlineSeconds: 5"),
            "spec.template.spec.activeDeadlineSeconds"
        )
        let broken = text("Deployment", "apps/v1", selector).replacing("image: \"busybox:1\"", with: "imag: x")
        complaint(broken, "spec.template.spec.containers[0].imag: unknown field")
        complaint(cron("schedule: \"@daily\"", pod: "restartPolicy: Always"), "spec.jobTemplate.spec.template.spec.restartPolicy")
        complaint(
            text("Job", "batch/v1", "parallelism: 1"),
            "spec.template.spec.restartPolicy: missing: a Job needs Never or OnFailure"
        )
    }

    @Test(
        arguments: [
            ("completionMode: Indexed", "spec.completions: missing: an Indexed job"),
            ("backoffLimitPerIndex: 1", "is for Indexed jobs only"),
            ("maxFailedIndexes: 1", "is only for jobs with backoffLimitPerIndex"),
            ("backoffLimit: -1", "-1 is not 0 or more"),
            ("ttlSecondsAfterFinished: -5", "-5 is not 0 or more"),
            ("managedBy: example.com/other", "not served yet"),
            ("podFailurePolicy: {rules: [{action: Ignore}]}", "needs onExitCodes or onPodConditions"),
            (
                "podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [0]}}]}",
                "0 is the exit code of success"
            ),
            (
                "podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [3, 2]}}]}",
                "must ascend"
            ),
            (
                "podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: In, values: [3]}}]}",
                "FailIndex is only for jobs with backoffLimitPerIndex"
            ),
            (
                "podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: man, operator: In, values: [3]}}]}",
                "there is no container \"man\", did you mean \"main\"?"
            ),
            (
                "completions: 3\ncompletionMode: Indexed\nsuccessPolicy: {rules: [{succeededIndexes: \"0-5\"}]}",
                "5 is no index of 3 completions"
            ),
        ] as [(String, String)]
    )
    func badJobs(spec: String, expected: String) {
        complaint(text("Job", "batch/v1", spec, pod: "restartPolicy: Never"), expected)
    }

    @Test func badCronJobs() {
        complaint(cron("schedule: \"0 0 31 2 *\""), "spec.schedule: \"0 0 31 2 *\" never comes: none of its months has a day 31")
        complaint(cron("schedule: \"61 * * * *\""), "spec.schedule: \"61 * * * *\" the minute \"61\" is not from 0 to 59")
        for zone in ["../../etc/passwd", "Local", "Europe//Berlin", "/etc/localtime", "", "Eur ope"] {
            complaint(cron("schedule: \"@daily\"\ntimeZone: \"\(zone)\""), "is no name of the time zone database")
        }
        complaint(cron("schedule: \"@daily\"\nstartingDeadlineSeconds: -1"), "-1 is not 0 or more")
        complaint(cron("schedule: \"@daily\"", name: String(repeating: "a", count: 53)), "longer than 52")
        complaint(cron("schedule: \"@daily\"\nconcurrencyPolicy: Never"), "is not one of Allow, Forbid, Replace")
    }

    @Test func everyProblemIsToldAtOnce() {
        let found = problems(
            text("Deployment", "apps/v1", "selector: {matchLabels: {app: x}}\nreplicas: -1", pod: "restartPolicy: Never")
        )
        #expect(found.count == 3, "\(found)")
    }
}
