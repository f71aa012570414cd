import JSONCoding

/// A pod as the agent shows it: what the tests look at.
struct PodView: Sendable, CustomStringConvertible {
    var node: JSONNode

    var name: String { node["metadata"]?["name"]?.stringValue ?? "" }
    var namespace: String { node["metadata"]?["namespace"]?.stringValue ?? "" }
    var uid: String { node["metadata"]?["uid"]?.stringValue ?? "" }
    var phase: String { status("phase") }
    var reason: String { status("reason") }
    var message: String { status("message") }
    var ip: String { status("podIP") }
    var hostIP: String { status("hostIP") }
    var warnings: [String] { node["status"]?["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    var containers: [ContainerView] { views("containerStatuses") }
    var initContainers: [ContainerView] { views("initContainerStatuses") }

    /// A container or an init container by name.
    func container(_ name: String) -> ContainerView? {
        (containers + initContainers).first { $0.name == name }
    }

    var isRunning: Bool { phase == "Running" && !containers.isEmpty && containers.allSatisfy(\.isRunning) }

    func condition(_ type: String) -> String? {
        node["status"]?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }?["status"]?.stringValue
    }

    /// All that the pod says of its troubles: its own and its containers' reasons and messages.
    var complaints: String {
        let texts =
            [reason, message] + (containers + initContainers).flatMap { [$0.waitingReason, $0.waitingMessage] }
        return texts.filter { !$0.isEmpty }.joined(separator: " | ")
    }

    var description: String { String(decoding: JSON.serialize(node["status"] ?? .null), as: UTF8.self) }

    private func status(_ field: String) -> String { node["status"]?[field]?.stringValue ?? "" }

    private func views(_ field: String) -> [ContainerView] {
        node["status"]?[field]?.arrayValue?.map { ContainerView(node: $0) } ?? []
    }
}

/// A container's status.
struct ContainerView: Sendable {
    /// How an attempt ended.
    struct End: Sendable, Equatable {
        var exitCode: Int64
        var signal: Int64?
        var reason: String
    }

    var node: JSONNode

    var name: String { node["name"]?.stringValue ?? "" }
    var restarts: Int64 { node["restartCount"]?.integerValue ?? -1 }
    var isReady: Bool { node["ready"]?.boolValue ?? false }
    var isRunning: Bool { node["state"]?["running"] != nil }
    var waitingReason: String { node["state"]?["waiting"]?["reason"]?.stringValue ?? "" }
    var waitingMessage: String { node["state"]?["waiting"]?["message"]?.stringValue ?? "" }
    var end: End? { ContainerView.end(node["state"]) }
    var lastEnd: End? { ContainerView.end(node["lastState"]) }
    /// Without the `swiftlet://` before it.
    var id: String {
        let text = node["containerID"]?.stringValue ?? ""
        guard let slashes = text.firstRange(of: "://") else { return text }
        return String(text[slashes.upperBound...])
    }
    var imageID: String { node["imageID"]?.stringValue ?? "" }

    private static func end(_ state: JSONNode?) -> End? {
        guard let ended = state?["terminated"] else { return nil }
        return End(
            exitCode: ended["exitCode"]?.integerValue ?? -1,
            signal: ended["signal"]?.integerValue,
            reason: ended["reason"]?.stringValue ?? ""
        )
    }
}
