import Registry
import Testing

/// Expects a `RegistryError` whose reason has this name.
func expect<Result>(
    _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async {
    do {
        _ = try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as RegistryError {
        #expect("\(error.reason)".hasPrefix(reason), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
