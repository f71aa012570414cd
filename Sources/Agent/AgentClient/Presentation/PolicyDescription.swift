import AgentAPI

extension ObjectDetail.Policy {
    /// `Ingress,Egress`.
    var types: String { [("Ingress", ingress), ("Egress", egress)].filter { $0.1 != nil }.map(\.0).joined(separator: ",") }

    /// What it allows, as kubectl says it.
    var description: String {
        var text = "Spec:\n  PodSelector:     \(podSelector.isEmpty ? "<none> (all pods of this namespace)" : podSelector)\n"
        text += Self.rules(ingress, "ingress", "From")
        text += Self.rules(egress, "egress", "To")
        return text + "  Policy Types: \(types.split(separator: ",").joined(separator: ", "))\n"
    }

    private static func rules(_ rules: [Rule]?, _ direction: String, _ word: String) -> String {
        guard let rules else { return "  Not affecting \(direction) traffic\n" }
        var text = "  Allowing \(direction) traffic:\n"
        if rules.isEmpty { text += "    <none> (the selected pods are closed for \(direction) traffic)\n" }
        for (index, rule) in rules.enumerated() {
            if index > 0 { text += "    ----------\n" }
            if rule.ports.isEmpty { text += "    To Port: <any> (traffic to all ports)\n" }
            for port in rule.ports { text += "    To Port: \(port)\n" }
            if rule.peers.isEmpty {
                text += "    \(word): <any> (traffic not restricted by \(word == "From" ? "source" : "destination"))\n"
            }
            for peer in rule.peers { text += "    \(word):\n      \(peer)\n" }
        }
        return text
    }
}
