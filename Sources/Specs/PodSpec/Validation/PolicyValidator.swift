import JSONCoding
import NetworkSpec

/// Checks what the table of fields cannot say about NetworkPolicies. What is wrong is refused: a policy that means something else
/// than it says would let in whom it is to keep out.
struct PolicyValidator {
    let report: ManifestReport
    let root: Located

    func validate() {
        if let metadata = root["metadata"] { MetadataValidator(report: report).validate(metadata) }
        guard let spec = root["spec"] else { return }
        validate(selector: spec["podSelector"])
        if let types = spec["policyTypes"], types.elements.count > 2 { report.problem(types, "has each of Ingress and Egress once at most") }
        for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in spec[rules]?.elements ?? [] {
                for peer in rule[peers]?.elements ?? [] { validate(peer: peer) }
                for port in rule["ports"]?.elements ?? [] { validate(port: port) }
            }
        }
    }

    private func validate(selector: Located?) {
        guard let selector else { return }
        SelectorValidator(report: report).validate(selector: selector)
    }

    private func validate(peer: Located) {
        let selectors = ["podSelector", "namespaceSelector"].compactMap { peer[$0] }
        guard let block = peer["ipBlock"] else {
            if selectors.isEmpty { report.problem(peer, "needs a podSelector, a namespaceSelector or an ipBlock") }
            for selector in selectors { validate(selector: selector) }
            return
        }
        if !selectors.isEmpty { report.problem(peer, "ipBlock goes with no selector") }
        guard let cidr = block["cidr"], let whole = prefix(cidr) else { return }
        for exception in block["except"]?.elements ?? [] {
            guard let part = prefix(exception) else { continue }
            if part.length <= whole.length || !whole.contains(part.address) {
                report.problem(exception, "is no part of \(whole)")
            }
        }
    }

    private func prefix(_ place: Located) -> IPPrefix? {
        guard let text = place.string else { return nil }
        if text.contains("/"), let prefix = IPPrefix(text) { return prefix }
        report.problem(place, "\"\(text)\" is no block of addresses (like 10.0.0.0/8 or fd00::/64)")
        return nil
    }

    private func validate(port place: Located) {
        let port = place["port"]
        if let port, port.string != nil {
            report.check(port, NameSyntax.isPortName, "is no name of a port: at most 15 of a-z, 0-9 and '-', with a letter")
        }
        guard let end = place["endPort"], let last = end.integer else { return }
        guard let first = port?.integer else {
            return report.problem(end, "needs a port that is a number")
        }
        if last < first || last > 65535 { report.problem(end, "must be \(first) to 65535") }
    }
}
