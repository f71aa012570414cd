import JSONCoding
import NetworkSpec
import OCISpec

extension PodValidator {
    func validateContainers(of spec: Located, volumes: Set<String>) {
        if let containers = spec["containers"], containers.node.arrayValue?.isEmpty == true {
            report.problem(containers, "must have at least one container")
        }
        let hostNetwork = spec["hostNetwork"]?.bool ?? false
        var names: [String: SourcePosition?] = [:]
        for list in ["initContainers", "containers"] {
            var hostPorts: [HostPort] = []
            for container in spec[list]?.elements ?? [] {
                validateName(container, among: &names)
                validateLife(of: container, in: spec, isInit: list == "initContainers")
                if let policy = container["resizePolicy"] {
                    validate(
                        resizePolicy: policy,
                        isStep: list == "initContainers" && container["restartPolicy"]?.string != "Always",
                        restartPolicy: spec["restartPolicy"]?.string
                    )
                }
                validateProbes(of: container)
                validate(container: container, volumes: volumes)
                validatePorts(container, hostNetwork: hostNetwork, hostPorts: &hostPorts)
            }
        }
    }

    private func validateName(_ container: Located, among names: inout [String: SourcePosition?]) {
        guard let name = container["name"], let text = name.string else { return }
        check(name, NameSyntax.isLabel(_:), NameSyntax.labelRule)
        checkUnique(name, text, among: &names)
    }

    /// Reports a name that a list has twice, with the place of the first.
    func checkUnique(_ name: Located, _ text: String, among names: inout [String: SourcePosition?]) {
        if let first = names[text] {
            let place = first.map { " (first on line \($0.line))" } ?? ""
            report.problem(name, "\"\(text)\" appears twice\(place)")
        } else {
            names[text] = .some(name.node.position)
        }
    }

    private func validate(container: Located, volumes: Set<String>) {
        if let image = container["image"], let text = image.string {
            do throws(ImageReferenceError) {
                _ = try ImageReference(text)
            } catch {
                report.problem(image, "\(error)")
            }
        }
        if let directory = container["workingDir"], let path = directory.string, !path.isEmpty,
            !PathSyntax.isAbsolute(path)
        {
            report.problem(directory, "\"\(path)\" must be an absolute path")
        }
        validateEnvironment(of: container)
        validateMounts(of: container, volumes: volumes)
        if let resources = container["resources"] { validate(resources: resources) }
        if let context = container["securityContext"] { validate(securityContext: context) }
    }

    @discardableResult
    private func validate(port: Located) -> Bool {
        // What is no 32-bit number has been reported as that.
        guard let value = port.integer, Int32(exactly: value) != nil, !(1...65535).contains(value) else { return true }
        report.problem(port, "\(value) is no port (1 to 65535)")
        return false
    }

    private func validatePorts(_ container: Located, hostNetwork: Bool, hostPorts: inout [HostPort]) {
        var names: [String: SourcePosition?] = [:]
        for port in container["ports"]?.elements ?? [] {
            if let name = port["name"], let text = name.string {
                let rule = "must be at most 15 of a-z, 0-9 and single '-', with a letter, and no '-' at either end"
                check(name, NameSyntax.isPortName, rule)
                checkUnique(name, text, among: &names)
            }
            let number = port["containerPort"]
            if let number { validate(port: number) }
            if let address = port["hostIP"], let text = address.string, !text.isEmpty, IPAddress(text) == nil {
                report.problem(address, "\"\(text)\" is no IP address")
            }
            guard let hostPort = port["hostPort"], let value = hostPort.integer, value != 0 else { continue }
            guard validate(port: hostPort) else { continue }
            if hostNetwork, let number, let wanted = number.integer, wanted != value {
                report.problem(hostPort, "must be \(wanted), the containerPort, because of hostNetwork")
            }
            let claim = HostPort(
                number: value,
                protocol: port["protocol"]?.string ?? "TCP",
                address: port["hostIP"]?.string ?? "",
                place: hostPort
            )
            if let other = hostPorts.first(where: { $0.conflicts(with: claim) }) {
                let line = other.place.node.position.map { " (line \($0.line))" } ?? ""
                report.problem(hostPort, "host port \(value)/\(claim.protocol) is already \(other.place.path)\(line)")
            }
            hostPorts.append(claim)
        }
    }
}

/// A host port that the pod claims.
private struct HostPort {
    let number: Int64
    let `protocol`: String
    let address: String
    let place: Located

    func conflicts(with other: HostPort) -> Bool {
        guard number == other.number, `protocol` == other.protocol else { return false }
        return isEverywhere || other.isEverywhere || address == other.address
    }

    private var isEverywhere: Bool { ["", "0.0.0.0", "::"].contains(address) }
}
