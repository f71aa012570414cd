import AgentAPI
import AgentClient
import PodSpec

/// Asks the agent for things of a type.
struct ResourceQuery {
    let connection: AgentConnection
    /// Nil for all.
    let namespace: String?

    /// Those of the target's names, in their order, or all of the type. Names that are not there are told as faults.
    func items(_ target: ResourceArguments.Target) throws(Fault) -> (items: [ResourceItem], faults: [Fault]) {
        if target.names.isEmpty { return (try all(target.type), []) }
        var items: [ResourceItem] = []
        var faults: [Fault] = []
        for name in target.names {
            do throws(Fault) { items.append(try one(target.type, name)) } catch {
                guard error.code == .notFound else { throw error }
                faults.append(error)
            }
        }
        return (items, faults)
    }

    /// - Parameter isQuiet: say nothing of broken manifests and definitions.
    func all(_ type: ResourceType, isQuiet: Bool = false) throws(Fault) -> [ResourceItem] {
        if let kind = type.workload {
            let request = WorkloadListRequest(kind: kind, namespace: namespace)
            return try Self.items(try connection.call(AgentMethods.workloadList, request).items) { .workload($0.object) }
        }
        if let kind = type.data {
            let request = ObjectListRequest(kind: kind, namespace: namespace)
            return try Self.items(try connection.call(AgentMethods.objectList, request).items) { .data($0) }
        }
        switch type {
        case .image: return try Self.items(try connection.call(AgentMethods.imageList).items) { .image($0) }
        case .network:
            let list = try connection.call(AgentMethods.networkList)
            for problem in list.problems where !isQuiet { Terminal.writeError(problem + "\n") }
            return try Self.items(list.items) { .network($0) }
        default:
            let list = try connection.call(AgentMethods.podList, PodListRequest(namespace: namespace))
            for problem in list.problems where !isQuiet { Terminal.writeError(problem.text + "\n") }
            return try Self.items(list.items) { .pod($0) }
        }
    }

    func one(_ type: ResourceType, _ name: String) throws(Fault) -> ResourceItem {
        if type.workload != nil { return try ResourceItem(.workload(try workload(type, name).object)) }
        if type.data != nil { return try ResourceItem(.data(try object(type, name))) }
        switch type {
        case .image: return try ResourceItem(.image(try connection.call(AgentMethods.imageGet, ImageGetRequest(image: name)).image))
        case .network:
            return try ResourceItem(.network(try connection.call(AgentMethods.networkGet, NetworkGetRequest(name: name))))
        default: return try ResourceItem(.pod(try pod(name).pod))
        }
    }

    func pod(_ name: String) throws(Fault) -> PodDetail {
        try connection.call(AgentMethods.podGet, PodGetRequest(namespace: namespace, name: name))
    }

    func workload(_ type: ResourceType, _ name: String) throws(Fault) -> WorkloadDetail {
        let request = WorkloadListRequest(kind: type.workload, namespace: namespace, name: name)
        guard let found = try connection.call(AgentMethods.workloadList, request).items.first else {
            throw Fault(.notFound, "\(type.plural) \"\(name)\" not found", reason: "WorkloadNotFound")
        }
        return found
    }

    func object(_ type: ResourceType, _ name: String) throws(Fault) -> ObjectDetail {
        let request = ObjectListRequest(kind: type.data, namespace: namespace, name: name)
        guard let found = try connection.call(AgentMethods.objectList, request).items.first else {
            throw Fault(.notFound, "\(type.plural) \"\(name)\" not found", reason: "ObjectNotFound")
        }
        return found
    }

    private static func items<Value>(
        _ values: [Value],
        _ payload: (Value) -> ResourceItem.Payload
    ) throws(Fault) -> [ResourceItem] {
        var items: [ResourceItem] = []
        for value in values { items.append(try ResourceItem(payload(value))) }
        return items
    }
}
