import OCISpec

extension ContainerEngine {
    /// Decides all that is decided about a container before anything of it is made, and forgets it.
    ///
    /// - Parameter configuration: the bytes of a `config.json`.
    /// - Returns: the configuration as it was understood.
    package func check(configuration: [UInt8], bundle: String) throws(RuntimeError) -> RuntimeSpec {
        let loader = try SpecLoader(bytes: configuration, path: "config.json")
        _ = try LaunchPlan(
            id: "checked",
            bundle: bundle,
            spec: loader.spec.withUserNamespace,
            options: LaunchOptions(),
            engine: self
        )
        return loader.spec
    }
}
