/// The environment that a container's `envFrom` and `env` make, and what its command becomes with it.
public struct ContainerEnvironment: Sendable, Hashable {
    /// The variables in the order in which they were first named.
    public var variables: [(name: String, value: String)] { names.map { ($0, values[$0] ?? "") } }
    /// The first reference that leads nowhere: the environment is not whole then, and no container may start with it.
    public private(set) var failure: ReferenceFailure?

    private var names: [String] = []
    private var values: [String: String] = [:]
    /// What `env` has set so far: values see nothing else, as in the kubelet.
    private var own: [String: String] = [:]

    /// Takes over what `envFrom` names, then resolves `env` one after the other: a value sees those of `env` before it; of two
    /// with one name the later counts. What is optional and not there is left out.
    public init(_ container: Container, of pod: Pod, _ sources: FieldSources) {
        let references = ReferenceResolver(container: container, pod: pod, sources: sources)
        do throws(ReferenceFailure) {
            for source in container.envFrom {
                for (key, value) in try references.variables(of: source) { set((source.prefix ?? "") + key, value) }
            }
            for variable in container.env {
                let value: String?
                if let source = variable.valueFrom {
                    value = try references.value(of: source)
                } else {
                    value = VariableExpansion.expand(variable.value ?? "") { own[$0] }
                }
                guard let value else { continue }
                own[variable.name] = value
                set(variable.name, value)
            }
        } catch {
            failure = error
        }
    }

    /// The value of a variable, nil if there is none.
    public subscript(name: String) -> String? { values[name] }

    /// Replaces `$(VAR)` by this environment's variables.
    public func expand(_ text: String) -> String {
        VariableExpansion.expand(text) { values[$0] }
    }

    private mutating func set(_ name: String, _ value: String) {
        if values.updateValue(value, forKey: name) == nil { names.append(name) }
    }
}
