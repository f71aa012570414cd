import JSONCoding

/// Requests and limits, as strict as the API server is about them.
extension PodValidator {
    /// More than any machine has, and far from where quotas in microseconds overflow.
    private static let mostCores: Int64 = 1_000_000

    private typealias Figures = [String: (quantity: Quantity, place: Located)]

    /// Those of a container.
    func validate(resources: Located) {
        let limits = figures(resources["limits"])
        let requests = figures(resources["requests"])
        compare(requests, limits, at: resources)
        let all = Set(limits.keys).union(requests.keys)
        if let pages = all.sorted().first(where: { $0.hasPrefix("hugepages-") }),
            all.isDisjoint(with: ["cpu", "memory"])
        {
            let place = (limits[pages] ?? requests[pages])?.place ?? resources
            report.problem(place, "\(pages) needs a request or limit of cpu or memory beside it")
        }
    }

    /// Those of the pod as a whole, which its containers have to fit into.
    func validate(podResources resources: Located, of spec: Located) {
        if let claims = resources["claims"], claims.node.arrayValue?.isEmpty == false {
            report.problem(claims, "a pod as a whole has no claims")
        }
        let limits = figures(resources["limits"], isPod: true)
        let requests = figures(resources["requests"], isPod: true)
        compare(requests, limits, at: resources)
        let containers = ["initContainers", "containers"].flatMap { spec[$0]?.elements ?? [] }
        for (name, limit) in limits.sorted(by: { $0.key < $1.key }) {
            for container in containers {
                guard let place = container["resources"]?["limits"]?[name], let own = Quantity(node: place.node),
                    own > limit.quantity
                else { continue }
                report.problem(place, "more than the pod's limit \(limit.quantity)")
            }
        }
        for (name, request) in requests.sorted(by: { $0.key < $1.key }) {
            let isMilli = name == "cpu"
            var sum: Int64 = 0
            for container in spec["containers"]?.elements ?? [] {
                let own = container["resources"]
                let node = own?["requests"]?[name] ?? own?["limits"]?[name]
                guard let quantity = node.flatMap({ Quantity(node: $0.node) }) else { continue }
                let (total, overflow) = sum.addingReportingOverflow(isMilli ? quantity.milli : quantity.units)
                sum = overflow ? .max : total
            }
            if sum > (isMilli ? request.quantity.milli : request.quantity.units) {
                let together = isMilli ? "\(sum)m" : "\(sum)"
                report.problem(request.place, "less than what the containers request together, \(together)")
            }
        }
    }

    func validate(overhead: Located) { _ = figures(overhead) }

    /// When a container has to start anew for other figures.
    func validate(resizePolicy: Located, isStep: Bool, restartPolicy: String?) {
        if isStep, !resizePolicy.elements.isEmpty { report.problem(resizePolicy, "is not for init containers") }
        var seen: Set<String> = []
        for policy in resizePolicy.elements {
            guard let name = policy["resourceName"], let resource = name.string else { continue }
            if !["cpu", "memory"].contains(resource) {
                report.problem(name, "\"\(resource)\" is not one of cpu, memory")
            } else if !seen.insert(resource).inserted {
                report.problem(name, "\"\(resource)\" appears twice")
            }
            guard let restart = policy["restartPolicy"], restart.string == "RestartContainer",
                restartPolicy == "Never"
            else { continue }
            report.problem(restart, "must be NotRequired, for the pod's restartPolicy is Never")
        }
    }

    private func compare(_ requests: Figures, _ limits: Figures, at resources: Located) {
        for (name, request) in requests.sorted(by: { $0.key < $1.key }) {
            let cannotBeShared = name.hasPrefix("hugepages-")
            guard let limit = limits[name] else {
                if cannotBeShared { report.problem(request.place, "\(name) needs a limit of the same amount") }
                continue
            }
            if request.quantity > limit.quantity {
                report.problem(
                    request.place,
                    "the request \(request.quantity) is more than the limit \(limit.quantity)"
                )
            } else if cannotBeShared, request.quantity != limit.quantity {
                report.problem(request.place, "must be the limit \(limit.quantity): huge pages are not shared")
            }
        }
    }

    /// What is wrong with a single figure is reported; the others are answered.
    private func figures(_ quantities: Located?, isPod: Bool = false) -> Figures {
        var known: Figures = [:]
        for (name, place) in quantities?.members ?? [] {
            guard let quantity = Quantity(node: place.node) else { continue }
            if quantity.isNegative {
                report.problem(place, "must not be negative")
            } else if name == "cpu", quantity.units > Self.mostCores {
                report.problem(place, "more than \(Self.mostCores) cores")
            }
            switch name {
            case "cpu", "memory":
                known[name] = (quantity, place)
            case "ephemeral-storage" where !isPod:
                known[name] = (quantity, place)
            case _ where name.hasPrefix("hugepages-"):
                if isWhole(quantity, name, place) { known[name] = (quantity, place) }
            case _ where name.contains("/") && NameSyntax.isQualifiedName(name) && !isPod:
                // No node would take a pod that asks for a device that it does not have.
                if !quantity.isZero { report.problem(place, "devices are not served yet") }
            default:
                let names = isPod ? ["cpu", "memory"] : ["cpu", "memory", "ephemeral-storage"]
                let message = isPod ? "\"\(name)\" is no resource of a pod" : "\"\(name)\" is no resource"
                report.problem(place, message, suggestion: Nearest.name(to: name, among: names))
            }
        }
        return known
    }

    /// A number of pages of a size that is one.
    private func isWhole(_ quantity: Quantity, _ name: String, _ place: Located) -> Bool {
        guard let size = Quantity(String(name.dropFirst("hugepages-".count))), size.units > 0,
            size.units & (size.units - 1) == 0
        else {
            report.problem(place, "\"\(name)\" names no size of huge pages, as hugepages-2Mi does")
            return false
        }
        guard quantity.units % size.units == 0 else {
            report.problem(place, "\(quantity) is no whole number of pages of \(name.dropFirst("hugepages-".count))")
            return false
        }
        return true
    }
}
