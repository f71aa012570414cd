import AgentAPI
import Linux
import PodSpec

/// `swiftlet describe pod`: everything about a pod, laid out as kubectl does.
public struct PodDescription: Sendable {
    private static let nameWidth = 18

    private var text = ""
    private let now: Timestamp

    /// The whole text.
    public static func text(of detail: PodDetail, now: Timestamp) -> String {
        var description = PodDescription(now: now)
        description.addPod(detail.pod)
        description.addContainers(
            "Init Containers",
            detail.pod.spec.initContainers,
            detail.pod.status?.initContainerStatuses
        )
        description.addContainers("Containers", detail.pod.spec.containers, detail.pod.status?.containerStatuses)
        description.addConditions(detail.pod)
        description.addVolumes(detail.pod)
        description.addWarnings(detail.pod)
        description.addEvents(detail.events)
        return description.text
    }

    private init(now: Timestamp) {
        self.now = now
    }

    // MARK: Sections

    private mutating func addPod(_ pod: Pod) {
        let status = pod.status
        line("Name", pod.metadata.name)
        line("Namespace", pod.metadata.namespace)
        line("UID", pod.metadata.uid)
        if let start = status?.startTime {
            line("Start Time", "\(start) (\(HumanDuration.age(of: start, now: now)) ago)")
        }
        list("Labels", pod.metadata.labels)
        list("Annotations", pod.metadata.annotations)
        if let since = pod.metadata.deletionTimestamp {
            line("Status", "Terminating (until \(since), grace period \(pod.spec.terminationGracePeriodSeconds)s)")
        } else {
            line("Status", PodSummary(pod).status)
        }
        line("Phase", status?.phase.rawValue ?? "Unknown")
        if let reason = status?.reason { line("Reason", reason) }
        if let message = status?.message { line("Message", message) }
        line("IP", status?.podIP ?? "<none>")
        if let addresses = status?.podIPs, addresses.count > 1 {
            line("IPs", addresses.map(\.ip).joined(separator: ", "))
        }
        if pod.spec.hostNetwork == true { line("Host Network", "true") }
        if let range = status?.hostIDs {
            let parts = range.split(separator: ":").compactMap { UInt64($0) }
            if parts.count == 2 { line("User IDs", "0-\(parts[1] - 1) are \(parts[0])-\(parts[0] + parts[1] - 1) of the host") }
        }
        if let runtime = pod.spec.runtimeClassName, !runtime.isEmpty { line("Runtime Class", runtime) }
        line("Restart Policy", pod.spec.restartPolicy.rawValue)
        if let quality = status?.qosClass { line("QoS Class", quality.rawValue) }
    }

    private mutating func addContainers(_ title: String, _ containers: [Container], _ statuses: [ContainerStatus]?) {
        guard !containers.isEmpty else { return }
        text += "\(title):\n"
        for container in containers {
            text += "  \(container.name):\n"
            add(container, statuses?.first { $0.name == container.name })
        }
    }

    private mutating func add(_ container: Container, _ status: ContainerStatus?) {
        if let id = status?.containerID { line("Container ID", id, 4) }
        line("Image", container.image, 4)
        if let id = status?.imageID, !id.isEmpty { line("Image ID", id, 4) }
        line("Image Pull Policy", container.imagePullPolicy.rawValue, 4)
        if !container.command.isEmpty { line("Command", PodDescription.words(container.command), 4) }
        if !container.args.isEmpty { line("Args", PodDescription.words(container.args), 4) }
        for port in container.ports {
            let host = port.hostPort.map { ", host port \(port.hostIP.map { "\($0):" } ?? "")\($0)" } ?? ""
            line("Port", "\(port.containerPort)/\(port.protocol.rawValue)\(host)", 4)
        }
        if let status {
            state("State", status.state)
            if status.lastState != ContainerState() { state("Last State", status.lastState) }
            line("Ready", status.ready ? "True" : "False", 4)
            line("Restart Count", "\(status.restartCount)", 4)
        }
        quantities("Limits", container.resources.limits)
        quantities("Requests", container.resources.requests)
        for variable in container.env {
            let source = variable.valueFrom?.fieldRef.map { "<field \($0.fieldPath)>" } ?? "<from elsewhere>"
            line("Environment", "\(variable.name)=\(variable.value ?? (variable.valueFrom == nil ? "" : source))", 4)
        }
        for mount in container.volumeMounts {
            line("Mount", "\(mount.mountPath) from \(mount.name) (\(mount.readOnly == true ? "ro" : "rw"))", 4)
        }
    }

    private mutating func addConditions(_ pod: Pod) {
        guard let conditions = pod.status?.conditions, !conditions.isEmpty else { return }
        text += "Conditions:\n"
        addTable(
            ["Type", "Status", "Since", "Reason"],
            conditions.map { condition in
                [
                    condition.type, condition.status,
                    condition.lastTransitionTime.map { HumanDuration.age(of: $0, now: now) } ?? "-",
                    [condition.reason, condition.message].compactMap { $0 }.joined(separator: ": "),
                ]
            }
        )
    }

    private mutating func addVolumes(_ pod: Pod) {
        guard !pod.spec.volumes.isEmpty else { return }
        text += "Volumes:\n"
        for volume in pod.spec.volumes { line(volume.name, Self.words(volume.source), 2) }
    }

    /// What is behind a volume.
    static func words(_ source: Volume.Source) -> String {
        switch source {
        case .hostPath(let path): "hostPath \(path.path)"
        case .configMap(let keys): "configMap \(keys.name ?? "")"
        case .secret(let keys): "secret \(keys.secretName ?? "")"
        case .downwardAPI: "downwardAPI"
        case .projected: "projected"
        case .persistentVolumeClaim(let claim): "persistentVolumeClaim \(claim.claimName)"
        case .emptyDir(let folder): emptyDir(folder)
        case .ephemeral: "ephemeral: a folder that goes with the pod"
        case .image(let image): "image \(image.reference)"
        case .nfs(let folder): "nfs \(folder.server):\(folder.path)" + (folder.readOnly == true ? " (read only)" : "")
        case .other(let kind, _): "\(kind) (not served)"
        }
    }

    private static func emptyDir(_ folder: Volume.EmptyDir) -> String {
        if folder.isMemory { return "emptyDir in memory" }
        return folder.isHugePages ? "emptyDir in huge pages" : "emptyDir"
    }

    private mutating func addWarnings(_ pod: Pod) {
        guard let warnings = pod.status?.warnings, !warnings.isEmpty else { return }
        text += "Warnings:\n"
        for warning in warnings { text += "  \(warning)\n" }
    }

    private mutating func addEvents(_ events: [PodEvent]) {
        guard !events.isEmpty else {
            line("Events", "<none>")
            return
        }
        text += "Events:\n"
        addTable(
            ["Type", "Reason", "Age", "From", "Message"],
            events.map { event in
                let count = event.count.map { $0 > 1 ? " (x\($0))" : "" } ?? ""
                return [
                    event.type.rawValue, event.reason, HumanDuration.age(of: event.time, now: now) + count,
                    event.container ?? "pod", event.message,
                ]
            }
        )
    }

    // MARK: Pieces

    private mutating func state(_ title: String, _ state: ContainerState) {
        if let waiting = state.waiting {
            line(title, "Waiting", 4)
            if let reason = waiting.reason { line("Reason", reason, 6) }
            if let message = waiting.message { line("Message", message, 6) }
        } else if let running = state.running {
            line(title, "Running", 4)
            if let start = running.startedAt { line("Started", start, 6) }
        } else if let end = state.terminated {
            line(title, "Terminated", 4)
            if let reason = end.reason { line("Reason", reason, 6) }
            if let message = end.message { line("Message", message, 6) }
            line("Exit Code", "\(end.exitCode)", 6)
            if let signal = end.signal, signal != 0 { line("Signal", "\(signal)", 6) }
            if let start = end.startedAt { line("Started", start, 6) }
            if let finish = end.finishedAt { line("Finished", finish, 6) }
        } else {
            line(title, "Unknown", 4)
        }
    }

    private mutating func quantities(_ title: String, _ quantities: [String: Quantity]) {
        guard !quantities.isEmpty else { return }
        let parts = quantities.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        line(title, parts.joined(separator: ", "), 4)
    }

    private mutating func list(_ title: String, _ values: [String: String]) {
        let rows = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        line(title, rows.first ?? "<none>")
        for row in rows.dropFirst() { text += String(repeating: " ", count: PodDescription.nameWidth) + row + "\n" }
    }

    private mutating func addTable(_ columns: [String], _ rows: [[String]]) {
        var table = TextTable(columns: columns)
        for line in table.render(rows).split(separator: "\n") { text += "  \(line)\n" }
    }

    private mutating func line(_ name: String, _ value: String, _ indentation: Int = 0) {
        let title = String(repeating: " ", count: indentation) + name + ":"
        let padding = String(repeating: " ", count: max(1, PodDescription.nameWidth + indentation - title.count))
        // Further lines of a value stand under its first.
        let margin = "\n" + String(repeating: " ", count: PodDescription.nameWidth + indentation)
        text += title + padding + value.split(separator: "\n").joined(separator: margin) + "\n"
    }

    /// Words as a shell would need them quoted.
    static func words(_ words: [String]) -> String {
        words.map { word in
            let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@+".contains($0) }
            return isPlain
                ? word
                : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }.joined(separator: " ")
    }
}
