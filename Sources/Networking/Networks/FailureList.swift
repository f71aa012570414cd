/// The failures of a removal, which goes on after each.
struct FailureList {
    private(set) var errors: [NetworkError] = []

    /// Runs a step and keeps its error.
    mutating func collect(_ step: () throws -> Void) {
        do { try step() } catch {
            if case .several(let errors) = NetworkError(error) {
                self.errors += errors
            } else {
                errors.append(NetworkError(error))
            }
        }
    }

    /// What was collected as one error; nil if nothing was.
    var error: NetworkError? { errors.count > 1 ? .several(errors) : errors.first }

    /// Throws what was collected.
    func throwIfAny() throws(NetworkError) {
        if let error { throw error }
    }
}
