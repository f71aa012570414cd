import JSONCoding
import OCISpec

extension PodValidator {
    /// Returns the names of the volumes.
    func validate(volumes: Located?) -> Set<String> {
        var names: [String: SourcePosition?] = [:]
        for volume in volumes?.elements ?? [] {
            if let name = volume["name"], let text = name.string {
                check(name, NameSyntax.isLabel(_:), NameSyntax.labelRule)
                checkUnique(name, text, among: &names)
            }
            let kinds = volume.members.filter { $0.key != "name" && ObjectSchema.volume.field($0.key) != nil }
            if kinds.count > 1 {
                let list = kinds.map(\.key).joined(separator: ", ")
                report.problem(kinds[1].value, "a volume has one source, this one has \(list)")
            }
            if let source = volume["hostPath"] { validateWholePath(of: source) }
            if let source = volume["emptyDir"] { validate(emptyDir: source) }
            validateObjectVolume(volume)
            if let source = volume["image"] { validate(image: source) }
            if let source = volume["ephemeral"] { validate(ephemeral: source) }
            if let source = volume["nfs"] { validate(nfs: source) }
        }
        return Set(names.keys)
    }

    /// Of a folder that is there before the pod: on this machine, or on another.
    private func validateWholePath(of source: Located) {
        guard let path = source["path"], let text = path.string else { return }
        if !PathSyntax.isAbsolute(text) {
            report.problem(path, "\"\(text)\" must be an absolute path")
        } else if PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        }
    }

    private func validate(nfs: Located) {
        if let server = nfs["server"], let text = server.string {
            // It stands before the path in what the kernel is told, and never in a list of options.
            let isName = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !",/".utf8.contains($0) }
            if !isName { report.problem(server, "must be the name or the address of a server") }
        }
        validateWholePath(of: nfs)
    }

    private func validate(emptyDir: Located) {
        if let medium = emptyDir["medium"], let text = medium.string, !["", "Memory", "HugePages"].contains(text) {
            let size = text.hasPrefix("HugePages-") ? Quantity(String(text.dropFirst("HugePages-".count))) : nil
            if size.map({ $0.isZero || $0.isNegative }) ?? true {
                let message = "\"\(text)\" is not one of Memory, HugePages, HugePages-<size>, or nothing"
                report.problem(medium, message, suggestion: Nearest.name(to: text, among: ["Memory", "HugePages"]))
            }
        }
        if let limit = emptyDir["sizeLimit"], let quantity = Quantity(node: limit.node), quantity.isNegative {
            report.problem(limit, "must not be negative")
        }
    }

    private func validate(ephemeral: Located) {
        guard let template = ephemeral["volumeClaimTemplate"] else {
            let place = JSONPath.join(ephemeral.path, "volumeClaimTemplate")
            return report.problem(path: place, position: ephemeral.node.position, "missing")
        }
        // Only labels and annotations are a template's to say.
        if let name = template["metadata"]?["name"] { report.problem(name, "the claim's name is the pod's and the volume's") }
        guard let spec = template["spec"] else {
            let place = JSONPath.join(template.path, "spec")
            return report.problem(path: place, position: template.node.position, "missing")
        }
        ClaimValidator(report: report, root: root).validate(spec: spec)
    }

    private func validate(image: Located) {
        guard let reference = image["reference"], let text = reference.string, !text.isEmpty else {
            let place = JSONPath.join(image.path, "reference")
            report.problem(path: place, position: image.node.position, "missing")
            return
        }
        do throws(ImageReferenceError) { _ = try ImageReference(text) } catch {
            report.problem(reference, "\(error)")
        }
    }

    func validateMounts(of container: Located, volumes: Set<String>) {
        let privileged = container["securityContext"]?["privileged"]?.bool ?? false
        var paths: [String: SourcePosition?] = [:]
        for mount in container["volumeMounts"]?.elements ?? [] {
            if let name = mount["name"], let text = name.string, !volumes.contains(text) {
                let suggestion = Nearest.name(to: text, among: volumes.sorted())
                report.problem(name, "the pod has no volume \"\(text)\"", suggestion: suggestion)
            }
            if let path = mount["mountPath"], let text = path.string { validateMountPath(path, text, &paths) }
            validateSubPath(of: mount)
            validateRecursiveReadOnly(of: mount)
            if let propagation = mount["mountPropagation"], propagation.string == "Bidirectional", !privileged {
                report.problem(propagation, "Bidirectional is only for privileged containers")
            }
            // The API server lets it pass, and then no mount ever reaches the host: that takes rights over the host's.
            if let propagation = mount["mountPropagation"], propagation.string == "Bidirectional",
                root["spec"]?["hostUsers"]?.bool == false
            {
                report.problem(propagation, "Bidirectional cannot reach the host when hostUsers is false")
            }
        }
    }

    private func validateSubPath(of mount: Located) {
        for name in ["subPath", "subPathExpr"] {
            guard let path = mount[name], let text = path.string else { continue }
            if PathSyntax.isAbsolute(text) {
                report.problem(path, "\"\(text)\" must be relative to the volume")
            } else if PathSyntax.climbs(text) {
                report.problem(path, "\"\(text)\" must not contain '..'")
            }
        }
        if let expression = mount["subPathExpr"], expression.string != "", let path = mount["subPath"], path.string != "" {
            report.problem(expression, "subPathExpr and subPath are mutually exclusive")
        }
    }

    private func validateRecursiveReadOnly(of mount: Located) {
        guard let policy = mount["recursiveReadOnly"], let text = policy.string,
            ["Enabled", "IfPossible"].contains(text)
        else { return }
        if mount["readOnly"]?.bool != true {
            report.problem(policy, "may only be specified when readOnly is true")
        }
        if let propagation = mount["mountPropagation"], propagation.string != "None" {
            report.problem(policy, "may only be specified when mountPropagation is None or not specified")
        }
    }

    private func validateMountPath(_ path: Located, _ text: String, _ paths: inout [String: SourcePosition?]) {
        if !PathSyntax.isAbsolute(text) {
            report.problem(path, "\"\(text)\" must be an absolute path")
        } else if PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        } else if text.utf8.contains(UInt8(ascii: ":")) {
            report.problem(path, "\"\(text)\" must not contain ':'")
        } else if PathSyntax.cleaned(text) == "/" {
            report.problem(path, "must not be the root")
        } else {
            checkUnique(path, PathSyntax.cleaned(text), among: &paths)
        }
    }
}
