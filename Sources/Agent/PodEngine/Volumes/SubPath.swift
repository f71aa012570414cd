import PodSpec

/// The part of a volume that a container mounts. Pure; `SubPathMounter` goes there.
package enum SubPath {
    /// The path inside of the volume with the container's variables put into it; nil for the whole volume.
    ///
    /// What variables hold was not there when the manifest was checked, so that the same is asked of the result.
    package static func of(
        _ mount: VolumeMount,
        _ environment: @autoclosure () -> ContainerEnvironment
    ) throws(StepFailure) -> String? {
        guard let expression = mount.subPathExpr, !expression.isEmpty else { return mount.subPath }
        let environment = environment()
        var missing: String?
        let path = VariableExpansion.expand(expression) { name in
            if environment[name] == nil, missing == nil { missing = name }
            return environment[name]
        }
        if let missing {
            throw StepFailure(.createContainerConfigError, "missing value for \"\(missing)\"")
        }
        if path.hasPrefix("/") {
            throw StepFailure(.createContainerConfigError, "error SubPath `\(path)` must not be an absolute path")
        }
        if path.split(separator: "/").contains("..") {
            throw StepFailure(
                .createContainerConfigError,
                "unable to provision SubPath `\(path)`: must not contain '..'"
            )
        }
        return path
    }
}
