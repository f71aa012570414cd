/// The environment that a container's `env` makes, and what its command becomes with it.
public struct ContainerEnvironment: Sendable, Hashable {
    /// The variables in the order in which they were first named.
    public var variables: [(name: String, value: String)] { names.map { ($0, values[$0] ?? "") } }

    private var names: [String] = []
    private var values: [String: String] = [:]

    /// Resolves the variables of a container one after the other: a value sees those before it; of two with one name
    /// the later counts. References that are not served (and therefore optional) leave their variable out.
    public init(_ container: Container, of pod: Pod, _ sources: FieldSources) {
        for variable in container.env {
            if let reference = variable.valueFrom {
                guard let field = reference.fieldRef.flatMap({ FieldPath($0.fieldPath) }) else { continue }
                set(variable.name, field.value(in: pod, sources))
            } else {
                set(variable.name, expand(variable.value ?? ""))
            }
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
