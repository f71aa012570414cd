/// The reading of one option of a driver.
enum DriverOption {
    /// A number within a range.
    static func number(
        _ key: String,
        _ value: String,
        _ range: ClosedRange<UInt32>
    ) throws(NetworkDefinitionError) -> UInt32 {
        guard let number = UInt32(value), range.contains(number) else {
            throw NetworkDefinitionError(
                path: "options.\(key)",
                message: "\"\(value)\" is no number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// Yes or no, in the two ways that podman writes it.
    static func flag(_ key: String, _ value: String) throws(NetworkDefinitionError) -> Bool {
        switch value {
        case "true", "1": true
        case "false", "0": false
        default: throw NetworkDefinitionError(path: "options.\(key)", message: "\"\(value)\" is neither true nor false")
        }
    }
}
