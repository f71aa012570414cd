import JSONCoding
import NetworkSpec

/// What a pod may say about its names and about the names of others.
extension PodValidator {
    private static let mostServers = 3
    private static let mostSearches = 32
    private static let searchesLength = 2048

    func validateNames(of spec: Located) {
        validateOverride(of: spec)
        for alias in spec["hostAliases"]?.elements ?? [] {
            if let address = alias["ip"] { validate(address: address) }
            for name in alias["hostnames"]?.elements ?? [] { check(name, NameSyntax.isSubdomain, NameSyntax.subdomainRule) }
        }
        validateResolver(of: spec)
    }

    private func validateOverride(of spec: Located) {
        guard let name = spec["hostnameOverride"], let text = name.string, !text.isEmpty else { return }
        if !NameSyntax.isSubdomain(text) || text.utf8.count > 64 {
            report.problem(name, "\"\(text)\" \(NameSyntax.subdomainRule), and at most 64 characters together")
        }
        if let asFullName = spec["setHostnameAsFQDN"], asFullName.bool == true {
            report.problem(asFullName, "must not be true beside hostnameOverride")
        }
        if let network = spec["hostNetwork"], network.bool == true {
            report.problem(network, "must not be true beside hostnameOverride")
        }
    }

    private func validateResolver(of spec: Located) {
        let configuration = spec["dnsConfig"]
        let servers = configuration?["nameservers"]
        if let policy = spec["dnsPolicy"], policy.string == "None", servers?.elements.isEmpty ?? true {
            report.problem(servers ?? configuration ?? policy, "the policy None wants at least one of dnsConfig.nameservers")
        }
        guard let configuration else { return }
        if let servers, servers.elements.count > Self.mostServers {
            report.problem(servers, "must not have more than \(Self.mostServers) name servers")
        }
        for server in servers?.elements ?? [] { validate(address: server) }
        validate(searches: configuration["searches"])
        for option in configuration["options"]?.elements ?? [] {
            guard let name = option["name"], let text = name.string else { continue }
            if text.isEmpty { report.problem(name, "must not be empty") }
            // It would be another line of the file.
            for part in [name, option["value"]] {
                guard let part, let text = part.string, text.contains(where: \.isWhitespace) else { continue }
                report.problem(part, "must not contain white space")
            }
        }
    }

    private func validate(searches: Located?) {
        guard let searches else { return }
        let domains = searches.elements
        if domains.count > Self.mostSearches {
            report.problem(searches, "must not have more than \(Self.mostSearches) domains")
        }
        let length = domains.reduce(-1) { $0 + 1 + ($1.string?.utf8.count ?? 0) }
        if length > Self.searchesLength {
            report.problem(searches, "must not be longer than \(Self.searchesLength) characters together")
        }
        let rule = "must be a DNS name: at most 253 of a-z, 0-9, '-', '_' and '.'"
        for domain in domains { check(domain, NameSyntax.isSearchDomain, rule) }
    }

    private func validate(address: Located) {
        guard let text = address.string, IPAddress(text) == nil else { return }
        report.problem(address, "\"\(text)\" is no IP address")
    }
}
