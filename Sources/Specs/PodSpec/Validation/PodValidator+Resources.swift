import JSONCoding

extension PodValidator {
    /// More than any machine has, and far from where quotas in microseconds overflow.
    private static let mostCores: Int64 = 1_000_000

    func validate(resources: Located) {
        let limits = validate(quantities: resources["limits"])
        for (name, request) in validate(quantities: resources["requests"]) {
            guard let limit = limits[name], request.quantity > limit.quantity else { continue }
            report.problem(
                request.place,
                "the request \(request.quantity) is more than the limit \(limit.quantity)"
            )
        }
    }

    private func validate(quantities: Located?) -> [String: (quantity: Quantity, place: Located)] {
        var known: [String: (quantity: Quantity, place: Located)] = [:]
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
            case "ephemeral-storage":
                report.warning(place.path, "not served yet")
            case _ where name.hasPrefix("hugepages-"):
                report.warning(place.path, "not served yet")
            case _ where name.contains("/") && NameSyntax.isQualifiedName(name):
                // No node would take a pod that asks for a device that it does not have.
                if !quantity.isZero { report.problem(place, "devices are not served yet") }
            default:
                let suggestion = Nearest.name(to: name, among: ["cpu", "memory", "ephemeral-storage"])
                report.problem(place, "\"\(name)\" is no resource", suggestion: suggestion)
            }
        }
        return known
    }
}
